import { type EvseId, sessionId } from './ids.ts';
import { type RegisterFault, registerCount } from './meterRegister.ts';
import type { Session } from './session.ts';
import type { SessionFact, ToldInstant } from './sessionFact.ts';
import { type SessionPoint, withPoint } from './sessionPoints.ts';

/** What a bill should not pass over in silence. */
export type SessionMark =
  /** It ran before we heard of it: what it took before is not known. */
  | 'begin unseen'
  /** The station never told its end: it ended at the latest when something else was told. */
  | 'stop missing'
  | 'clock corrected'
  | 'clock guessed'
  /** Part of it was told after the station had been offline. */
  | 'told late'
  | 'token refused'
  /** Messages between its first and its last never came. */
  | 'messages missing'
  | RegisterFault;

/** One end of what was told. */
interface SessionEdge {
  readonly atMs: number;
  readonly isGuessed?: true;
}

/**
 * All that is known of a session: what a bill is made from. Built from facts alone, in whatever order they come; `session`
 * is what follows from them, and what its driver wants.
 */
export interface SessionRecord {
  readonly session: Session;
  readonly marks: readonly SessionMark[];
  readonly meterStartWh: number | undefined;
  readonly meterStopWh: number | undefined;
  readonly story: SessionStory;
}

/** The facts as they are kept. */
export interface SessionStory {
  readonly begin: SessionEdge | undefined;
  readonly end: (SessionEdge & { readonly reason: string; readonly isPresumed: boolean }) | undefined;
  readonly points: readonly SessionPoint[];
  /** Numbers of the messages that came, as ranges: both ends included, in order, not touching. */
  readonly sequences: readonly (readonly [from: number, to: number])[];
  readonly isCorrected: boolean;
  readonly isLate: boolean;
  readonly isRefused: boolean;
  readonly hasPriority?: boolean | undefined;
  /** What guessed instants were corrected by. */
  readonly guessedAheadMs: number | undefined;
  /** Energy that was told before the story was kept. */
  readonly formerWh: number;
}

const sequencesMax = 64;

/** The record of a session of which this is the first fact. */
export function recordOf(fact: SessionFact, evseId: EvseId): SessionRecord {
  const { stationId, transactionId, at } = fact;
  const session: Session = {
    id: sessionId(`${stationId}~${transactionId}`),
    evseId,
    stationId,
    transactionId,
    tokenId: undefined,
    state: 'authorised',
    startedAtMs: at.atMs,
    endedAtMs: undefined,
    endReason: undefined,
    energyWh: 0,
    wantedEnergyWh: undefined,
    departureAtMs: undefined,
    priority: undefined,
  };
  return withFact(recordFrom(session), fact);
}

/** The record of a session that nothing is known of but itself. */
export const recordFrom = (session: Session): SessionRecord => ({
  session,
  marks: [],
  meterStartWh: undefined,
  meterStopWh: undefined,
  story: {
    begin: undefined,
    end: undefined,
    points: [],
    sequences: [],
    isCorrected: false,
    isLate: false,
    isRefused: false,
    guessedAheadMs: undefined,
    formerWh: session.energyWh,
  },
});

/** The record with a fact more. The same record where it tells nothing new. */
export function withFact(record: SessionRecord, fact: SessionFact): SessionRecord {
  const before = regressed(record.story, fact.at);
  const edge = edgeAt(fact.at);
  const { state, registerWh, sequence } = fact;
  const isTold = state !== undefined || registerWh !== undefined;
  const point = {
    ...edge,
    ...(state !== undefined && { state }),
    ...(registerWh !== undefined && { registerWh }),
  };
  const end = endOf(before, fact);
  // They go before any other is judged needless: what is told after the end must not take the place of what it ended with.
  const points = withoutLater(before.points, end);
  const after: SessionStory = {
    ...before,
    begin: before.begin ?? (fact.begins === true ? edge : undefined),
    end,
    points: isTold && !isAfterEnd(point.atMs, end) ? withPoint(points, point) : points,
    sequences: sequence === undefined ? before.sequences : withSequence(before.sequences, sequence),
    isCorrected: before.isCorrected || fact.at.clock === 'corrected',
    isLate: before.isLate || fact.isOffline === true,
    isRefused: fact.isRefused ?? before.isRefused,
    hasPriority: fact.hasPriority ?? before.hasPriority,
  };
  const tokenId = record.session.tokenId ?? fact.tokenId;
  if (isSame(record.story, after) && tokenId === record.session.tokenId) return record;
  return concluded({ ...record.session, tokenId }, after);
}

/** The session as something else shows it to be over at that instant. */
export const withPresumedEnd = (record: SessionRecord, atMs: number, reason: string): SessionRecord =>
  record.story.end === undefined
    ? concluded(record.session, { ...record.story, end: { atMs, reason, isPresumed: true } })
    : record;

const edgeAt = ({ atMs, clock }: ToldInstant): SessionEdge => ({
  atMs,
  ...(clock === 'guessed' && { isGuessed: true }),
});

/** What a station tells later shows better how far off its lost clock is: all that was told by it moves along. */
function regressed(story: SessionStory, { clock, aheadMs }: ToldInstant): SessionStory {
  if (clock !== 'guessed' || story.guessedAheadMs === aheadMs) return story;
  const byMs = (story.guessedAheadMs ?? aheadMs) - aheadMs;
  const moved = <T extends SessionEdge>(edge: T): T =>
    edge.isGuessed === true ? { ...edge, atMs: edge.atMs + byMs } : edge;
  return {
    ...story,
    guessedAheadMs: aheadMs,
    begin: story.begin && moved(story.begin),
    end: story.end && moved(story.end),
    points: story.points.map(moved).sort((a, b) => a.atMs - b.atMs),
  };
}

/** An end that was told stands. A presumed one falls with a sign of life after it. */
function endOf({ end }: SessionStory, { ends, at, isOffline }: SessionFact): SessionStory['end'] {
  if (end !== undefined && !end.isPresumed) return end;
  if (ends !== undefined && !ends.isPresumed) return { ...edgeAt(at), ...ends };
  if (end !== undefined)
    return at.atMs > end.atMs && isOffline !== true && ends === undefined ? undefined : end;
  return ends && { ...edgeAt(at), ...ends };
}

function withSequence(known: SessionStory['sequences'], added: number): SessionStory['sequences'] {
  if (known.some(([from, to]) => added >= from && added <= to)) return known;
  const all = [...known, [added, added] as const].sort(([a], [b]) => a - b);
  const joined: (readonly [number, number])[] = [];
  for (const [from, to] of all) {
    const last = joined.at(-1);
    if (last !== undefined && from === last[1] + 1) joined[joined.length - 1] = [last[0], to];
    else joined.push([from, to]);
  }
  return joined.slice(-sequencesMax);
}

const isSame = (a: SessionStory, b: SessionStory): boolean =>
  a.begin === b.begin &&
  a.end === b.end &&
  a.points === b.points &&
  a.sequences === b.sequences &&
  a.isCorrected === b.isCorrected &&
  a.isLate === b.isLate &&
  a.isRefused === b.isRefused &&
  a.hasPriority === b.hasPriority &&
  a.guessedAheadMs === b.guessedAheadMs;

function concluded(session: Session, story: SessionStory): SessionRecord {
  const { begin, end } = story;
  const startedAtMs =
    begin?.atMs ?? Math.min(session.startedAtMs, story.points[0]?.atMs ?? session.startedAtMs);
  const points = story.points.filter(({ atMs }) => atMs >= startedAtMs && !isAfterEnd(atMs, end));
  const registersWh = points.flatMap(({ registerWh }) => registerWh ?? []);
  const { countedWh, faults } = registerCount(registersWh);
  const state = points.findLast((point) => point.state !== undefined)?.state ?? 'authorised';
  return {
    session: {
      ...session,
      startedAtMs,
      state: end === undefined ? state : 'finished',
      endedAtMs: end && Math.max(end.atMs, startedAtMs),
      endReason: end?.reason,
      energyWh: story.formerWh + (countedWh.at(-1) ?? 0),
      ...((story.isRefused || session.isRefused !== undefined) && { isRefused: story.isRefused }),
      ...(story.hasPriority !== undefined && { hasPriority: story.hasPriority }),
    },
    marks: marksOf(story, faults),
    meterStartWh: registersWh[0],
    meterStopWh: end === undefined ? undefined : registersWh.at(-1),
    story: { ...story, points },
  };
}

/** What a station told of after the end that it told is of nobody's session. */
const isAfterEnd = (atMs: number, end: SessionStory['end']): boolean =>
  end !== undefined && !end.isPresumed && atMs > end.atMs;

const withoutLater = (points: readonly SessionPoint[], end: SessionStory['end']): readonly SessionPoint[] =>
  points.some(({ atMs }) => isAfterEnd(atMs, end))
    ? points.filter(({ atMs }) => !isAfterEnd(atMs, end))
    : points;

function marksOf(story: SessionStory, faults: ReadonlySet<RegisterFault>): readonly SessionMark[] {
  const { begin, end, isCorrected, isLate, isRefused, guessedAheadMs, sequences } = story;
  const marks: readonly (readonly [SessionMark, boolean])[] = [
    ['begin unseen', begin === undefined],
    ['stop missing', end?.isPresumed === true],
    ['clock corrected', isCorrected],
    ['clock guessed', guessedAheadMs !== undefined],
    ['told late', isLate],
    ['token refused', isRefused],
    ['messages missing', end !== undefined && sequences.length > 1],
  ];
  return [...marks.flatMap(([mark, isSo]) => (isSo ? mark : [])), ...faults];
}
