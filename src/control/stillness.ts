/** What is held about the last time that the process stood still. Instants are monotonic. */
interface Held {
  /** When it last did anything; undefined before its first tick. */
  readonly aliveAtMs: number | undefined;
  /** When it last stood still: since then what arrives until `drainedAtMs` may have waited. */
  readonly stoodStillAtMs: number;
  readonly drainedAtMs: number;
}

/** Tells what waited in the sockets of a process that stood still (SIGSTOP, a debugger, code that blocked). */
export interface Stillness {
  /** The process does something: a tick, or something arrives. */
  alive(nowMs: number): void;
  /** The earliest instant at which what is read from a socket now may have arrived there. */
  arrivedAtMs(nowMs: number): number;
  /** To be restored in another one. */
  snapshot(): Held;
  restore(held: Held): void;
}

/** By then everything that waited has been read, and what comes is live. */
const drainMs = 2_000;

/** A process that does nothing for longer than `afterMs`, not even a tick, stood still: `onStill` is told for how long. */
export function stillness(afterMs: number, onStill: (forMs: number) => void): Stillness {
  const never = Number.NEGATIVE_INFINITY;
  let held: Held = { aliveAtMs: undefined, stoodStillAtMs: never, drainedAtMs: never };
  const alive = (nowMs: number): void => {
    const { aliveAtMs = nowMs } = held;
    const forMs = nowMs - aliveAtMs;
    held =
      forMs > afterMs
        ? { aliveAtMs: nowMs, stoodStillAtMs: aliveAtMs, drainedAtMs: nowMs + drainMs }
        : { ...held, aliveAtMs: nowMs };
    if (forMs > afterMs) onStill(forMs);
  };
  return {
    alive,
    arrivedAtMs(nowMs) {
      // What arrives before the first tick proves nothing: who starts may take his time.
      if (held.aliveAtMs !== undefined) alive(nowMs);
      return nowMs < held.drainedAtMs ? held.stoodStillAtMs : nowMs;
    },
    snapshot: () => held,
    restore(restored) {
      held = restored;
    },
  };
}
