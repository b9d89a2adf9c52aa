/** Of an object schema: what it does not name is refused. */
export const closed = { additionalProperties: false } as const;
