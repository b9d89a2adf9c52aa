import type { ReleaseOptions } from './gridConnection.ts';
import { type Caps, caps, type GridLimit } from './gridLimit.ts';
import { perPhase } from './phases.ts';

/** How far a connection's limits on one boundary of a node have been let go. */
export interface Release {
  readonly caps: Caps;
  /** When this was so, on the monotonic clock. */
  readonly atMs: number;
  /** From when a rise that is under way may go on; undefined when nothing rises. */
  readonly risesFromMs: number | undefined;
  /** The limits that held last: a rise is theirs until it ends. */
  readonly last: GridLimit | undefined;
}

export interface ReleaseInput {
  readonly previous: Release | undefined;
  readonly binding: readonly GridLimit[];
  /** What the node carries without any limit: a rise ends there. */
  readonly top: Caps;
  readonly options: ReleaseOptions;
  /** This node's part of the random wait, in [0, 1). */
  readonly share: number;
  readonly nowMs: number;
}

/**
 * What is in force after a moment: a drop at once, a rise after its random wait and then along its ramp. So sites
 * under one feeder that are released together do not come back together.
 */
export function release(input: ReleaseInput): Release {
  const { previous, binding, top, options, share, nowMs } = input;
  const wanted = lowestCaps(binding, top);
  const lowest = binding.at(0);
  if (previous === undefined) return { caps: wanted, atMs: nowMs, risesFromMs: undefined, last: lowest };
  const rises = (from: number, to: number) => to > from;
  const isRising =
    rises(previous.caps.watts, wanted.watts) ||
    wanted.amps.some((amps, phase) => rises(previous.caps.amps[phase] ?? amps, amps));
  if (!isRising) return { caps: wanted, atMs: nowMs, risesFromMs: undefined, last: lowest };
  const risesFromMs = previous.risesFromMs ?? nowMs + share * options.randomMs;
  const rampedMs = Math.max(0, nowMs - Math.max(previous.atMs, risesFromMs));
  const isAtOnce = options.rampMs <= 0 && nowMs >= risesFromMs;
  const part = isAtOnce ? 1 : rampedMs / options.rampMs;
  const step = (from: number, to: number, whole: number) =>
    from < to ? Math.min(to, from + (part > 0 ? whole * part : 0)) : to;
  return {
    caps: {
      amps: perPhase((phase) => step(previous.caps.amps[phase], wanted.amps[phase], top.amps[phase])),
      watts: step(previous.caps.watts, wanted.watts, top.watts),
    },
    atMs: nowMs,
    risesFromMs,
    last: lowest ?? previous.last,
  };
}

/**
 * What a release that was kept over a restart is worth: it waits until the instant it drew, and rises from where it was,
 * since nobody rose while we were away. An instant too far ahead was written while the clock stood wrong.
 */
export const restoredRelease = (kept: Release, { randomMs }: ReleaseOptions, nowMs: number): Release => ({
  ...kept,
  atMs: nowMs,
  risesFromMs: kept.risesFromMs === undefined ? undefined : Math.min(kept.risesFromMs, nowMs + randomMs),
});

/** The limits that stand for what is not let go yet; none when nothing rises. */
export function stillHeld({ caps: held, risesFromMs, last }: Release): readonly GridLimit[] {
  if (risesFromMs === undefined || last === undefined) return [];
  const reason = `${last.reason} (being released)`;
  const { untilMs: _, ...rest } = last;
  const still = { ...rest, reason, untilMs: undefined };
  return [
    ...(Number.isFinite(held.watts) ? [{ ...still, value: { watts: held.watts } }] : []),
    ...(held.amps.some(Number.isFinite) ? [{ ...still, value: { phaseAmps: held.amps } }] : []),
  ];
}

function lowestCaps(binding: readonly GridLimit[], top: Caps): Caps {
  const all = [top, ...binding.map(({ value }) => caps(value))];
  return {
    amps: perPhase((phase) => Math.min(...all.map(({ amps }) => amps[phase]))),
    watts: Math.min(...all.map(({ watts }) => watts)),
  };
}

/** A number in [0, 1) that is another one for every name, and the same again for the same one [FNV-1a]. */
export function shareOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index += 1) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
