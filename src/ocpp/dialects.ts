import type { Dialect } from './dialect.ts';
import { dialect16 } from './v16/dialect.ts';
import { dialect21 } from './v21/dialect.ts';
import { dialect201 } from './v201/dialect.ts';

/** Every version we speak, by its subprotocol, the newest first. */
export const dialects: ReadonlyMap<string, Dialect> = new Map(
  [dialect21, dialect201, dialect16].map((dialect) => [dialect.subprotocol, dialect]),
);
