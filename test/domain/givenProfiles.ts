import type { ChargingProfile, ProfilePeriod, ProfileSchedule } from '../../src/domain/chargingProfile.ts';
import { type CompositeQuery, compositeSchedule, type EvseNow } from '../../src/domain/compositeSchedule.ts';

/** A Tuesday in winter. */
export const t0 = Date.parse('2026-03-10T12:00:00Z');
export const utc = (text: string): number => Date.parse(`${text}Z`);

export const givenEvseNow = (change: Partial<EvseNow> = {}): EvseNow => ({
  number: 1,
  conductorCount: 3,
  transactionId: 'T',
  hasPriority: false,
  stateOfChargePercent: undefined,
  ...change,
});

/** An hour from `t0` at EVSE 1, whose transaction began ten minutes before. */
export const givenQuery = (change: Partial<CompositeQuery> = {}): CompositeQuery => ({
  fromMs: t0,
  durationS: 3_600,
  unit: 'A',
  phaseVolts: 230,
  evses: [givenEvseNow()],
  relativeStartMs: t0 - 600_000,
  timeZone: 'Europe/Stockholm',
  offlineSinceMs: undefined,
  ...change,
});

type Change = Partial<Omit<ChargingProfile, 'schedule'>> & Partial<Omit<ProfileSchedule, 'periods'>>;
/** A start and a limit, or a start and what is said about the period. */
type Step = readonly [startS: number, limit: number | Partial<ProfilePeriod>];

let ids = 0;

/** An absolute default profile of EVSE 1 in amps that began at `t0`, with these periods. */
export function givenProfile(steps: readonly Step[], change: Change = {}): ChargingProfile {
  ids += 1;
  const { unit = 'A', isLocalTime = false, durationS, fullCar, ...profile } = change;
  const startMs = 'startMs' in change ? change.startMs : t0;
  const periods = steps.map(
    ([startS, said]): ProfilePeriod => ({
      startS,
      limit: undefined,
      dischargeLimit: undefined,
      setpoint: undefined,
      phaseCount: undefined,
      mode: 'charging only',
      ...(typeof said === 'number' ? { limit: said } : said),
    }),
  );
  return {
    id: ids,
    evseNumber: profile.purpose === 'station maximum' ? 0 : 1,
    purpose: 'transaction default',
    stackLevel: 0,
    kind: 'absolute',
    transactionId: profile.purpose === 'transaction' ? 'T' : undefined,
    validFromMs: undefined,
    validToMs: undefined,
    maxOfflineS: undefined,
    endsOffline: false,
    ...profile,
    schedule: { unit, startMs, isLocalTime, durationS, fullCar, periods },
  };
}

/** The composite schedule as `second:limit` from the start of the query; `-` where nothing is said. */
export const told = (profiles: readonly ChargingProfile[], change: Partial<CompositeQuery> = {}): string => {
  const query = givenQuery(change);
  return compositeSchedule(profiles, query)
    .map(
      ({ fromMs, limit }) =>
        `${(fromMs - query.fromMs) / 1000}:${limit === undefined ? '-' : rounded(limit)}`,
    )
    .join(' ');
};

const rounded = (value: number): number => Math.round(value * 1000) / 1000;
