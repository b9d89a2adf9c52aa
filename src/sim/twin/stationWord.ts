import type { InstalledProfile } from '../chargingProfiles.ts';
import { settle } from '../station.ts';
import type { Notice } from '../stationState.ts';
import { inItsWord, type OnTheWay, type TwinStation } from './twinStation.ts';

// What a station acknowledges and what it really holds, by its own clock.

/** So many live measurements, so far apart, tell the service a clock that was set. */
const clockToldMin = 2;
const apartMs = 5_000;
/** What is older than this was queued while the station was offline. */
const liveMs = 30_000;

/** Does what a command says, or what its manner makes of it. Whether it says yes. */
export function obey(twin: TwinStation, { command, call, meant }: OnTheWay): boolean {
  const isStop = command.kind === 'remote stop';
  if (twin.manner === 'rejects all' || (twin.manner === 'rejects' && !isStop)) return false;
  const isIgnored = twin.manner === 'ignores all' || (twin.manner === 'ignores' && !isStop);
  const { station, codec } = twin;
  const handled = codec.handle(station, call);
  const isAccepted = handled.answer.kind === 'result' && statusOf(handled.answer.payload) === 'Accepted';
  if (!isAccepted) return false;
  const isLying = isIgnored || twin.manner === 'forgets tail';
  // The session that it said to end goes on, and under the same profiles: its word is of nothing else.
  const isDone = !(isStop && isIgnored);
  if (isDone && (isLying || meant !== call || twin.promised !== undefined))
    twin.promised = codec.handle(inItsWord(twin), meant).station.profiles;
  if (twin.manner === 'forgets tail')
    twin.station = settle({ ...station, profiles: handled.station.profiles.map(withoutTail) });
  else if (!isIgnored) twin.station = handled.station;
  judgeWord(twin);
  if (command.kind === 'lease') twin.acknowledged.set(command.evseId, command);
  return true;
}

/** It keeps its word again as soon as it holds what it acknowledged. */
function judgeWord(twin: TwinStation): void {
  if (twin.promised === undefined || twin.manner === 'quirky') return;
  if (JSON.stringify(sorted(twin.promised)) === JSON.stringify(sorted(twin.station.profiles)))
    twin.promised = undefined;
}

/** From now on its profiles are these, whatever it acknowledged. */
export function breakWord(twin: TwinStation, profiles: readonly InstalledProfile[]): void {
  twin.promised ??= twin.station.profiles;
  twin.station = settle({ ...twin.station, profiles });
  judgeWord(twin);
}

/**
 * Its clock is set. The lease that it holds was written for the old one, and so are those of the next seconds:
 * until it has another it breaks its word, whatever it does.
 */
export function setClock(twin: TwinStation, aheadMs: number): void {
  const byMs = aheadMs - twin.clockAheadMs;
  const nowMs = twin.station.nowMs + byMs;
  twin.clockAheadMs = aheadMs;
  forgetClock(twin);
  twin.promised = (twin.promised ?? twin.station.profiles).map((profile) => moved(profile, byMs));
  const evses = twin.station.evses.map((evse) => ({
    ...evse,
    meteredAtMs: nowMs,
    transaction: evse.transaction && {
      ...evse.transaction,
      startedAtMs: evse.transaction.startedAtMs + byMs,
    },
  }));
  const { waitsUntilMs } = twin.station;
  twin.station = settle({
    ...twin.station,
    nowMs,
    evses,
    heartbeatAtMs: nowMs,
    waitsUntilMs: waitsUntilMs + byMs,
  });
  judgeWord(twin);
}

export function forgetClock(twin: TwinStation): void {
  twin.clockTold = 0;
  twin.clockToldAtMs = Number.NEGATIVE_INFINITY;
}

/** Whether the running process cannot know its clock yet. */
export const isClockUntold = ({ clockTold }: TwinStation): boolean => clockTold < clockToldMin;

/** Two live measurements that come apart tell what the clock shows. */
export function noteClock(twin: TwinStation, notice: Notice, nowMs: number): void {
  const isLive = notice.kind === 'metered' && Math.abs(twin.station.nowMs - notice.atMs) <= liveMs;
  if (!isLive || nowMs - twin.clockToldAtMs < apartMs) return;
  twin.clockToldAtMs = nowMs;
  twin.clockTold += 1;
}

const statusOf = (payload: object): unknown => ('status' in payload ? payload.status : undefined);

const sorted = (profiles: readonly InstalledProfile[]): readonly InstalledProfile[] =>
  profiles.toSorted((a, b) => a.profileId - b.profileId);

const moved = (profile: InstalledProfile, byMs: number): InstalledProfile => {
  const { startMs } = profile.schedule;
  return startMs === undefined
    ? profile
    : { ...profile, schedule: { ...profile.schedule, startMs: startMs + byMs } };
};

const withoutTail = (profile: InstalledProfile): InstalledProfile =>
  profile.purpose === 'transaction'
    ? { ...profile, schedule: { ...profile.schedule, periods: profile.schedule.periods.slice(0, 1) } }
    : profile;

/** What really flows, where the car takes more than it may. */
export const withDraw = (notice: Notice, factor: number): Notice =>
  'sample' in notice && factor !== 1
    ? { ...notice, sample: { ...notice.sample, amps: notice.sample.amps.map((amps) => amps * factor) } }
    : notice;
