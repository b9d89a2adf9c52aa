import type { RunningState } from './sessionFact.ts';

/** What is known of one instant of a session. */
export interface SessionPoint {
  readonly atMs: number;
  /** The station had lost the time: see `ToldInstant`. */
  readonly isGuessed?: true;
  /** From then on; absent where the instant tells nothing about it. */
  readonly state?: RunningState;
  readonly registerWh?: number;
}

/** Prices change on the quarter of an hour, in every time zone: so energy is known there too. */
export const quarterMs = 900_000;
/** Four weeks with a change every ten minutes. Past it the newest replaces the one before. */
const pointsMax = 4_000;

/**
 * The points with another, in their order. Of each quarter of an hour only its edges are kept, and what changed in it, so
 * that a session of a week is as small as its story. What comes late finds its place.
 */
export function withPoint(points: readonly SessionPoint[], added: SessionPoint): readonly SessionPoint[] {
  const index = points.findLastIndex(({ atMs }) => atMs < added.atMs) + 1;
  const same = points[index];
  const isSame = same?.atMs === added.atMs;
  const merged = isSame ? together(same, added) : added;
  if (isSame && isEqual(same, merged)) return points;
  const all = points.toSpliced(index, isSame ? 1 : 0, merged);
  if (all.length > pointsMax) return all.toSpliced(-2, 1);
  // Only the new one and its neighbours can have become needless, each by itself.
  for (const candidate of [index + 1, index, index - 1]) {
    if (isNeedless(all, candidate)) return all.toSpliced(candidate, 1);
  }
  return all;
}

/** Of two registers at one instant the higher counts, and of two states the one told later. */
function together(known: SessionPoint, added: SessionPoint): SessionPoint {
  const state = added.state ?? known.state;
  const registers = [known.registerWh, added.registerWh].filter((wh) => wh !== undefined);
  return {
    ...known,
    ...added,
    ...(state !== undefined && { state }),
    ...(registers.length > 0 && { registerWh: Math.max(...registers) }),
  };
}

const isEqual = (a: SessionPoint, b: SessionPoint): boolean =>
  a.state === b.state && a.registerWh === b.registerWh;

function isNeedless(points: readonly SessionPoint[], index: number): boolean {
  const [before, point, after] = [points[index - 1], points[index], points[index + 1]];
  if (before === undefined || point === undefined || after === undefined) return false;
  const quarter = Math.floor(point.atMs / quarterMs);
  if (Math.floor(before.atMs / quarterMs) !== quarter || Math.floor(after.atMs / quarterMs) !== quarter)
    return false;
  return isRegisterNeedless(before, point, after) && isStateNeedless(points, index);
}

function isRegisterNeedless(
  { registerWh: before }: SessionPoint,
  { registerWh: wh }: SessionPoint,
  { registerWh: after }: SessionPoint,
): boolean {
  if (wh === undefined) return true;
  // One that fell is part of the story.
  return before !== undefined && after !== undefined && before <= wh && wh <= after;
}

function isStateNeedless(points: readonly SessionPoint[], index: number): boolean {
  const state = points[index]?.state;
  if (state === undefined) return true;
  const before = points.slice(0, index).findLast((point) => point.state !== undefined);
  return before?.state === state && points[index + 1]?.state === state;
}
