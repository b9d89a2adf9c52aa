import { compositeSchedule } from '../../domain/compositeSchedule.ts';
import { scheduleDifference } from '../../domain/scheduleDifference.ts';
import type { Handled, Handler, StationScope } from '../dialect.ts';
import { instantMs } from '../sampledValues.ts';
import type { On } from './handlers.ts';
import type { ClearedChargingLimitRequest } from './messages.ts';
import {
  constraintToDomain,
  profileToDomain,
  scheduleToDomain,
  type WireProfile,
  type WireSchedule,
} from './profilesToDomain.ts';

const acknowledged: Handled<object> = { response: {} };

/** What a station of OCPP 2.x tells about smart charging. */
export const chargingHandlersOf = (on: On): readonly [action: string, handler: Handler][] => [
  on('ClearedChargingLimit', (request: ClearedChargingLimitRequest, station) => {
    const { evseId: evseNumber = 0, chargingLimitSource: source } = request;
    station.log.info({ evseNumber, source }, 'station is free of an external limit');
    return { response: {}, news: [{ kind: 'external limits', evseNumber, source, profiles: [] }] };
  }),
  on('NotifyChargingLimit', notifyChargingLimit),
  on('NotifyEVChargingNeeds', needsAnswer('Rejected')),
  on('NotifyEVChargingSchedule', notifySchedule),
  on('ReportChargingProfiles', reportProfiles),
];

interface NotifyChargingLimitRequest {
  readonly evseId?: number;
  readonly chargingLimit: {
    readonly chargingLimitSource: string;
    readonly isGridCritical?: boolean;
    readonly isLocalGeneration?: boolean;
  };
  readonly chargingSchedule?: readonly WireSchedule[];
}

/** A limit from outside bounds us too. What is generated beside the station is never counted on: it raises nothing. */
function notifyChargingLimit(request: NotifyChargingLimitRequest, station: StationScope): Handled<object> {
  const { evseId: evseNumber = 0, chargingLimit, chargingSchedule = [] } = request;
  const { chargingLimitSource: source, isGridCritical, isLocalGeneration = false } = chargingLimit;
  station.log.info(
    { evseNumber, source, isGridCritical, isLocalGeneration },
    'station is under an external limit',
  );
  if (isLocalGeneration) return acknowledged;
  const profiles = chargingSchedule.map((schedule) => constraintToDomain(evseNumber, schedule));
  // Without a schedule nobody knows how much: what is installed is read instead.
  if (profiles.length === 0) {
    station.readProfiles();
    return acknowledged;
  }
  return { response: {}, news: [{ kind: 'external limits', evseNumber, source, profiles }] };
}

interface NotifyNeedsRequest {
  readonly evseId: number;
  readonly chargingNeeds: {
    readonly departureTime?: string;
    readonly acChargingParameters?: { readonly energyAmount: number };
    readonly dcChargingParameters?: { readonly energyAmount?: number };
    readonly v2xChargingParameters?: { readonly evTargetEnergyRequest?: number };
  };
}

/**
 * Accepted means that a schedule follows, which the next tick sends [OCPP 2.0.1 K15]. Where none will, because the EVSE is
 * limited by a setting of its maker's or is none of ours, 2.1 has a word for it.
 */
export const needsAnswer =
  (withoutProfile: 'Rejected' | 'NoChargingProfile') =>
  (request: NotifyNeedsRequest, station: StationScope): Handled<object> => {
    const handled = notifyNeeds(request, station);
    return station.givesProfiles(request.evseId)
      ? handled
      : { ...handled, response: { status: withoutProfile } };
  };

function notifyNeeds({ evseId, chargingNeeds }: NotifyNeedsRequest, station: StationScope): Handled<object> {
  if (station.memory.transactionAt(evseId) === undefined) return { response: { status: 'Rejected' } };
  const { acChargingParameters, dcChargingParameters, v2xChargingParameters, departureTime } = chargingNeeds;
  const energyWh =
    acChargingParameters?.energyAmount ??
    dcChargingParameters?.energyAmount ??
    v2xChargingParameters?.evTargetEnergyRequest;
  const departureAtMs = departureTime === undefined ? undefined : instantMs(departureTime, undefined);
  return {
    response: { status: 'Accepted' },
    news: [{ kind: 'charging needs', evseNumber: evseId, energyWh, departureAtMs }],
  };
}

interface NotifyScheduleRequest {
  readonly timeBase: string;
  readonly evseId: number;
  readonly chargingSchedule: WireSchedule;
}

/** A car that means to take more than it was offered is refused, and offered the same again. [OCPP 2.0.1 K17] */
function notifySchedule(request: NotifyScheduleRequest, station: StationScope): Handled<object> {
  const { evseId, chargingSchedule, timeBase } = request;
  const startMs = instantMs(timeBase, station.nowMs());
  const { unit, periods, durationS = 3_600 } = scheduleToDomain(chargingSchedule);
  const query = station.scheduleQuery(evseId, { fromMs: startMs, durationS, unit });
  if (query === undefined) return { response: { status: 'Accepted' } };
  const difference = scheduleDifference(
    compositeSchedule(
      station.profiles.profiles.map(({ profile }) => profile),
      query,
    ),
    { startMs, durationS, periods: periods.map(({ startS, limit = 0 }) => ({ startS, limit })) },
    { hardwareLimit: Number.POSITIVE_INFINITY, tolerance: unit === 'A' ? 0.5 : 100, slackS: 5 },
  );
  if (difference?.kind !== 'above') return { response: { status: 'Accepted' } };
  station.log.warn({ evseId, ...difference }, 'car means to take more than it may');
  return { response: { status: 'Rejected' }, news: [{ kind: 'schedule doubted', evseNumber: evseId }] };
}

interface ReportChargingProfilesRequest {
  readonly requestId: number;
  readonly chargingLimitSource: string;
  readonly evseId: number;
  readonly tbc?: boolean;
  readonly chargingProfile: readonly WireProfile[];
}

/** One part of what the station holds. Constraints of others bound us as if they had been notified. */
function reportProfiles(request: ReportChargingProfilesRequest, station: StationScope): Handled<object> {
  const { requestId, chargingLimitSource: source, evseId: evseNumber, tbc = false } = request;
  const profiles = request.chargingProfile.flatMap((each) => profileToDomain(evseNumber, each) ?? []);
  station.profiles.reported({ requestId, source, profiles, isLast: !tbc, atMs: station.nowMs() });
  const constraints = profiles.filter(({ purpose }) => purpose === 'external constraints');
  if (constraints.length === 0) return acknowledged;
  return { response: {}, news: [{ kind: 'external limits', evseNumber, source, profiles: constraints }] };
}
