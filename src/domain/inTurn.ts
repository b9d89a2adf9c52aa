/** Runs one piece of work after the other, in the order they were asked for; one that fails does not stop the next. */
export function inTurn(): <T>(work: () => Promise<T>) => Promise<T> {
  const inTurnOf = inTurnByKey();
  return (work) => inTurnOf('', work);
}

/** The same for what has the same key; what has another one waits for none of it. */
export function inTurnByKey(): <T>(key: string, work: () => Promise<T>) => Promise<T> {
  const last = new Map<string, Promise<unknown>>();
  return async (key, work) => {
    const before = last.get(key) ?? Promise.resolve();
    // Whoever went before tells its own failure.
    const done = before.then(work, work);
    last.set(key, done);
    try {
      return await done;
    } finally {
      if (last.get(key) === done) last.delete(key);
    }
  };
}
