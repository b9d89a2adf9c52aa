import { type Boundary, type Caps, caps, type GridLimit, isInForce } from './gridLimit.ts';
import { everyPhase, type PhaseAmps, perPhase } from './phases.ts';
import type { Circuit } from './site.ts';

/** What a node of the tree may carry, background included, and who says so. */
export interface EffectiveLimit {
  /** `Infinity` on an area, which is limited in watts alone. */
  readonly amps: PhaseAmps;
  /** Over all phases; `Infinity` where nobody limits power. */
  readonly watts: number;
  /** Of the lowest phase. */
  readonly ampsOrigin: LimitOrigin;
  readonly wattsOrigin: LimitOrigin;
  /** What the cars may have of it, whatever else flows; absent where nobody limits them alone. */
  readonly cars?: CarLimit;
}

/** A bound on controllable load: the background does not count. */
export type CarLimit = Omit<EffectiveLimit, 'cars'>;

export type LimitOrigin =
  | { readonly kind: 'breaker' | 'rating' }
  | { readonly kind: 'limit'; readonly limit: GridLimit };

const breaker: LimitOrigin = { kind: 'breaker' };
const rating: LimitOrigin = { kind: 'rating' };
const unlimited: Caps = { amps: everyPhase(Number.POSITIVE_INFINITY), watts: Number.POSITIVE_INFINITY };

/** The lowest of the breaker, the rating and the limits given. Ties go to the wiring, then to the oldest limit. */
function lowest(fixed: Fixed, limits: readonly GridLimit[]): EffectiveLimit {
  const { watts } = fixed;
  const amps = everyPhase(fixed.amps);
  if (limits.length === 0) return { amps, watts, ampsOrigin: breaker, wattsOrigin: rating };
  const on = (boundary: Boundary) =>
    limits.filter(({ terms }) => (terms?.boundary ?? 'connection') === boundary);
  const cars = on('controllable');
  return {
    ...lowestOf({ amps, watts }, on('connection')),
    ...(cars.length > 0 && { cars: lowestOf(unlimited, cars) }),
  };
}

function lowestOf(fixed: Caps, limits: readonly GridLimit[]): CarLimit {
  let { amps, watts } = fixed;
  let ampsOrigin = breaker;
  let wattsOrigin = rating;
  for (const limit of limits) {
    const { value } = limit;
    if ('watts' in value) {
      if (value.watts >= watts) continue;
      watts = value.watts;
      wattsOrigin = { kind: 'limit', limit };
      continue;
    }
    // Thousands of limits may be known: only those that lower something cost more than a look.
    if ('amps' in value && value.amps >= Math.max(...amps)) continue;
    const own = caps(value).amps;
    if (Math.min(...own) < Math.min(...amps)) ampsOrigin = { kind: 'limit', limit };
    const before = amps;
    amps = perPhase((phase) => Math.min(before[phase], own[phase]));
  }
  return { amps, watts, ampsOrigin, wattsOrigin };
}

export interface Fixed {
  readonly amps: number;
  readonly watts: number;
}

/** A circuit's wiring as limits. */
export const circuitRating = (circuit: Circuit): Fixed => ({
  amps: circuit.breakerAmps,
  watts: circuit.ratedWatts ?? Number.POSITIVE_INFINITY,
});

/** The limit in force now: `limits` are those set on this circuit or area. */
export const effectiveLimit = (fixed: Fixed, limits: readonly GridLimit[], nowMs: number): EffectiveLimit =>
  lowest(
    fixed,
    limits.filter((limit) => isInForce(limit, nowMs)),
  );

/**
 * The lowest limit that is or will be in force as far as we know: what stations must obey if they never hear
 * from us again.
 */
export const lowestKnownLimit = (fixed: Fixed, limits: readonly GridLimit[], nowMs: number): EffectiveLimit =>
  lowest(
    fixed,
    limits.filter((limit) => limit.untilMs === undefined || nowMs < limit.untilMs),
  );
