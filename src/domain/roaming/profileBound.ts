import type { ChargingProfile } from '../chargingProfile.ts';
import { allowedAt, compositeSchedule } from '../compositeSchedule.ts';
import { fraction, shortText } from '../pricing/fraction.ts';
import type { ActiveChargingProfile, RoamingProfile } from './chargingProfile.ts';

/** A session that a partner may bound, as it is now. */
export interface BoundCharge {
  readonly startedAtMs: number;
  readonly maxAmps: number;
  /** Of each phase; what we let it take. */
  readonly setpointAmps: number;
  /** Phases that carry its power. */
  readonly conductorCount: number;
  readonly phaseVolts: number;
}

/** The most that the profile lets it take on each phase at an instant; undefined where it does not speak. */
export const profileBoundAmps = (
  profile: RoamingProfile,
  charge: BoundCharge,
  nowMs: number,
): number | undefined => allowedAt([asStationHas(profile)], queryOf(charge, nowMs, 1), nowMs).limit;

/**
 * What a session may draw from now on, as far as it is known: what it has, and less where the profile will say so. Where
 * the profile is what binds it now, it has what the profile says later.
 */
export function activeProfile(
  profile: RoamingProfile | undefined,
  charge: BoundCharge,
  { nowMs, durationS }: { readonly nowMs: number; readonly durationS: number },
): ActiveChargingProfile {
  const { setpointAmps, maxAmps } = charge;
  const bounds = compositeSchedule(
    profile === undefined ? [] : [asStationHas(profile)],
    queryOf(charge, nowMs, durationS),
  );
  const boundNowAmps = bounds[0]?.limit ?? Number.POSITIVE_INFINITY;
  const isBinding = setpointAmps > boundNowAmps - bindingAmps;
  const periods = bounds.map(({ fromMs, limit = maxAmps }, index) => {
    const mostAmps = index > 0 && isBinding ? maxAmps : setpointAmps;
    return {
      startS: Math.round((fromMs - nowMs) / 1000),
      limit: fraction(tenths(Math.min(limit, mostAmps))),
    };
  });
  return { startsAtMs: nowMs, profile: { startsAtMs: nowMs, durationS, unit: 'A', periods } };
}

/** Nothing smaller than a step can be set. */
const bindingAmps = 1;

/** Rounded down: the sum of what is told must never be more than what there is. */
const tenths = (amps: number): number => Math.floor(amps * 10 + 1e-6) / 10;

const queryOf = (charge: BoundCharge, fromMs: number, durationS: number) => ({
  ...{ fromMs, durationS, unit: 'A' as const, phaseVolts: charge.phaseVolts },
  ...{ relativeStartMs: charge.startedAtMs, timeZone: 'UTC', offlineSinceMs: undefined },
  evses: [
    {
      ...{ number: 1, conductorCount: charge.conductorCount, transactionId },
      ...{ hasPriority: false, stateOfChargePercent: undefined },
    },
  ],
});

/** It is the only one that counts, so its name is nobody's. */
const transactionId = 'this';

const asStationHas = ({ startsAtMs, durationS, unit, periods }: RoamingProfile): ChargingProfile => ({
  ...{ id: 1, evseNumber: 1, purpose: 'transaction', stackLevel: 0, transactionId },
  kind: startsAtMs === undefined ? 'relative' : 'absolute',
  ...{ validFromMs: undefined, validToMs: undefined, maxOfflineS: undefined, endsOffline: false },
  schedule: {
    ...{ unit, startMs: startsAtMs, isLocalTime: false, durationS, fullCar: undefined },
    periods: periods
      .map(({ startS, limit }) => ({
        ...{ startS, limit: Number(shortText(limit)), phaseCount: undefined },
        ...{ dischargeLimit: undefined, setpoint: undefined, mode: 'charging only' as const },
      }))
      .sort((a, b) => a.startS - b.startS),
  },
});
