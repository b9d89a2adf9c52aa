import type { Session } from './session.ts';

/**
 * A charge that we ended because its station did not do what it was told, while its car waits there. Instants are
 * monotonic.
 */
export interface InterruptedCharge {
  readonly tokenId: string;
  /** What its car was measured to take against its setpoint; undefined where its station only took none. */
  readonly drawAmps: number | undefined;
  /** What its driver wants that it has not had yet. */
  readonly wish: Pick<Session, 'wantedEnergyWh' | 'departureAtMs' | 'priority' | 'profile'>;
  /** When it ended, or was asked to begin again last. */
  readonly atMs: number;
  /** How often it was asked to begin again. */
  readonly attempts: number;
  /** When its station was there last to tell that the car leaves, a minute behind at most. */
  readonly seenAtMs: number;
}

/** Before the first attempt, and twice as long before each one after. */
const firstWaitMs = 2 * 60_000;
const waitMaxMs = 60 * 60_000;
/** So long the others make room for it each time. */
const roomMs = 60_000;

/** Whether it may be asked to begin again now. What finds no room in its minute waits for its next turn. */
export function isDue({ atMs, attempts }: InterruptedCharge, nowMs: number): boolean {
  const waitMs = Math.min(waitMaxMs, firstWaitMs * 2 ** attempts);
  const sinceMs = nowMs - atMs;
  return sinceMs >= waitMs && sinceMs % waitMs < roomMs;
}

/** One that nobody saw for longer may have left, and another driver's may stand there. */
const unseenMaxMs = 2 * 60_000;
const seenEveryMs = 60_000;

/** Its station is back, or a new process hears of it: whether its car is certainly still the same. */
export const isSameCar = ({ seenAtMs }: InterruptedCharge, nowMs: number): boolean =>
  nowMs - seenAtMs <= unseenMaxMs;

/** Its car is still there. */
export const seen = (charge: InterruptedCharge, nowMs: number): InterruptedCharge =>
  nowMs - charge.seenAtMs < seenEveryMs ? charge : { ...charge, seenAtMs: nowMs };

/** It was asked to begin again. */
export const asked = (charge: InterruptedCharge, nowMs: number): InterruptedCharge => ({
  ...charge,
  atMs: nowMs,
  attempts: charge.attempts + 1,
});

/** What is still wanted of a session that ends now. */
export const openWish = ({
  wantedEnergyWh,
  energyWh,
  departureAtMs,
  priority,
  profile,
}: Session): InterruptedCharge['wish'] => ({
  wantedEnergyWh: wantedEnergyWh && Math.max(0, wantedEnergyWh - energyWh),
  departureAtMs,
  priority,
  profile,
});
