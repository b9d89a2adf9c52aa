/** There at once, or later: most calls wait for nothing, and promises would cost them as much as all the rest. */
export type Soon<Value> = Value | Promise<Value>;

/** What comes of a value as soon as it is there. */
export const afterwards = <Value, Next>(
  value: Soon<Value>,
  next: (value: Value) => Soon<Next>,
): Soon<Next> => (value instanceof Promise ? value.then(next) : next(value));
