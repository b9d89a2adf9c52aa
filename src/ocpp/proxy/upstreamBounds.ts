import type { ChargingProfile } from '../../domain/chargingProfile.ts';
import { allowedAt } from '../../domain/compositeSchedule.ts';

/** One EVSE of a station that has its own CSMS. */
export interface ProxiedEvse {
  readonly number: number;
  /** Line conductors. */
  readonly conductorCount: number;
  readonly transactionId: string | undefined;
  readonly startedAtMs: number | undefined;
}

export interface BoundsInput {
  readonly profiles: readonly ChargingProfile[];
  readonly evses: readonly ProxiedEvse[];
  readonly phaseVolts: number;
  readonly timeZone: string;
  readonly nowMs: number;
}

/**
 * What the other CSMS allows each EVSE now, in amps per phase; undefined where it says nothing. The maximum of the station is
 * shared evenly: nobody else divides it.
 */
export function upstreamBounds(input: BoundsInput): ReadonlyMap<number, number | undefined> {
  const { profiles, evses } = input;
  const ofStation = profiles.filter(({ purpose }) => purpose === 'station maximum');
  const ofEvses = profiles.filter(({ purpose }) => purpose !== 'station maximum');
  return new Map(
    evses.map((evse) => {
      const share = ampsAt(ofStation, evse, input);
      const own = ampsAt(ofEvses, evse, input);
      const bounds = [share === undefined ? undefined : share / evses.length, own];
      const known = bounds.filter((amps) => amps !== undefined);
      return [evse.number, known.length === 0 ? undefined : Math.min(...known)];
    }),
  );
}

function ampsAt(
  profiles: readonly ChargingProfile[],
  { number, conductorCount, transactionId, startedAtMs }: ProxiedEvse,
  { phaseVolts, timeZone, nowMs }: BoundsInput,
): number | undefined {
  const evse = { number, conductorCount, transactionId, hasPriority: false, stateOfChargePercent: undefined };
  const query = {
    fromMs: nowMs,
    durationS: 1,
    unit: 'A' as const,
    phaseVolts,
    evses: [evse],
    relativeStartMs: startedAtMs ?? nowMs,
    timeZone,
    offlineSinceMs: undefined,
  };
  return allowedAt(profiles, query, nowMs).limit;
}

/** The profiles once another one is set, which takes the place of its id and of its equal. [OCPP 1.6 3.13; 2.0.1 K01.FR.06] */
export function withProfile(
  profiles: readonly ChargingProfile[],
  set: ChargingProfile,
): readonly ChargingProfile[] {
  const isReplaced = (old: ChargingProfile): boolean =>
    old.id === set.id ||
    (old.evseNumber === set.evseNumber &&
      old.purpose === set.purpose &&
      old.stackLevel === set.stackLevel &&
      old.transactionId === set.transactionId);
  return [...profiles.filter((old) => !isReplaced(old)), set];
}
