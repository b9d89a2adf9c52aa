/** Below this a station signals "no current" and no car charges [IEC 61851-1]. */
export const minimumOfferAmps = 6;

/** A full battery is still topped up at no less than this, so that it does get full. */
const taperAmpsMin = 2;

/** What kind of car it is: fixed for one stay. */
export interface CarModel {
  /** What its battery takes before it is done. */
  readonly needWh: number;
  /** Per phase. */
  readonly maxAmps: number;
  readonly phaseCount: 1 | 2 | 3;
  /** The last part of `needWh`, taken at a current that falls with what is missing. 0 for none. */
  readonly taperWh: number;
  /** How long it takes to follow a changed offer: 5 s at the most for a lower one [IEC 61851-1]. */
  readonly reactionMs: number;
  readonly rampAmpsPerS: number;
  /** A longer pause puts it to sleep until it is plugged in again, as some cars do; undefined for never. */
  readonly sleepsAfterMs: number | undefined;
}

/** A car at the plug. */
export interface Car {
  readonly model: CarModel;
  /** The offer it acts upon: the station's, `reactionMs` late. */
  readonly followedAmps: number;
  /** How long the station has offered something else. */
  readonly unfollowedMs: number;
  /** Per phase it uses. */
  readonly drawAmps: number;
  readonly deliveredWh: number;
  readonly pausedMs: number;
  readonly isAsleep: boolean;
}

/** What the car is plugged into. */
export interface Outlet {
  /** What the station signals; below the minimum it is no offer. */
  readonly offeredAmps: number;
  readonly conductorCount: number;
  readonly phaseVolts: number;
}

export const arrive = (model: CarModel): Car => ({
  model,
  followedAmps: 0,
  unfollowedMs: 0,
  drawAmps: 0,
  deliveredWh: 0,
  pausedMs: 0,
  isAsleep: false,
});

/** The car after `dtMs` at this outlet: a second or so, since its draw is taken as constant meanwhile. */
export function stepCar(car: Car, outlet: Outlet, dtMs: number): Car {
  const { model } = car;
  const follow = followOffer(car, outlet.offeredAmps, dtMs);
  const isOffered = follow.followedAmps >= minimumOfferAmps;
  const pausedMs = outlet.offeredAmps >= minimumOfferAmps ? 0 : car.pausedMs + dtMs;
  const isAsleep = car.isAsleep || (model.sleepsAfterMs !== undefined && pausedMs >= model.sleepsAfterMs);

  const targetAmps = isOffered && !isAsleep ? Math.min(follow.followedAmps, takeableAmps(car)) : 0;
  const drawAmps = Math.min(targetAmps, car.drawAmps + (model.rampAmpsPerS * dtMs) / 1000);
  const drawWatts = drawAmps * outlet.phaseVolts * phasesUsed(car, outlet.conductorCount);
  const deliveredWh = Math.min(model.needWh, car.deliveredWh + (drawWatts * dtMs) / 3_600_000);
  return { model, ...follow, drawAmps, deliveredWh, pausedMs, isAsleep };
}

/** The station opened its contactor: the current is gone at once, whatever the car would do. */
export const cutPower = (car: Car): Car => ({ ...car, followedAmps: 0, unfollowedMs: 0, drawAmps: 0 });

/** Whether it would take current if it were offered some. */
export const wantsCurrent = (car: Car): boolean => !car.isAsleep && car.deliveredWh < car.model.needWh;

const phasesUsed = (car: Car, conductorCount: number): number =>
  Math.min(car.model.phaseCount, conductorCount);

/** What it draws on each of the outlet's own conductors. */
export const conductorAmps = (car: Car, conductorCount: number): readonly number[] =>
  Array<number>(conductorCount).fill(car.drawAmps).fill(0, phasesUsed(car, conductorCount));

/** A newer offer does not start the delay again: else a car would never follow one that changes every second. */
function followOffer(
  car: Car,
  offeredAmps: number,
  dtMs: number,
): Pick<Car, 'followedAmps' | 'unfollowedMs'> {
  if (offeredAmps === car.followedAmps) return { followedAmps: offeredAmps, unfollowedMs: 0 };
  const unfollowedMs = car.unfollowedMs + dtMs;
  return unfollowedMs >= car.model.reactionMs
    ? { followedAmps: offeredAmps, unfollowedMs: 0 }
    : { followedAmps: car.followedAmps, unfollowedMs };
}

/** What the battery would take now, whatever is offered. */
export function takeableAmps(car: Car): number {
  const { needWh, taperWh, maxAmps } = car.model;
  const missingWh = needWh - car.deliveredWh;
  if (missingWh <= 0) return 0;
  if (missingWh >= taperWh) return maxAmps;
  return Math.min(maxAmps, Math.max(taperAmpsMin, (maxAmps * missingWh) / taperWh));
}
