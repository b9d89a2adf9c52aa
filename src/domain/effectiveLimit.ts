import { type GridLimit, isInForce } from './gridLimit.ts';
import { everyPhase, type PhaseAmps } from './phases.ts';
import type { Circuit } from './site.ts';

/** What a node of the tree may carry, background included, and who says so. */
export interface EffectiveLimit {
  /** `Infinity` on an area, which is limited in watts alone. */
  readonly amps: PhaseAmps;
  /** Over all phases; `Infinity` where nobody limits power. */
  readonly watts: number;
  readonly ampsOrigin: LimitOrigin;
  readonly wattsOrigin: LimitOrigin;
}

export type LimitOrigin =
  | { readonly kind: 'breaker' | 'rating' }
  | { readonly kind: 'limit'; readonly limit: GridLimit };

const breaker: LimitOrigin = { kind: 'breaker' };
const rating: LimitOrigin = { kind: 'rating' };

/** The lowest of the breaker, the rating and every limit for which `counts` holds. Ties go to the wiring, then to the oldest limit. */
function lowest(
  fixed: { readonly amps: number; readonly watts: number },
  limits: readonly GridLimit[],
): EffectiveLimit {
  let { amps, watts } = fixed;
  let ampsOrigin = breaker;
  let wattsOrigin = rating;
  for (const limit of limits) {
    if ('amps' in limit.value && limit.value.amps < amps) {
      amps = limit.value.amps;
      ampsOrigin = { kind: 'limit', limit };
    }
    if ('watts' in limit.value && limit.value.watts < watts) {
      watts = limit.value.watts;
      wattsOrigin = { kind: 'limit', limit };
    }
  }
  return { amps: everyPhase(amps), watts, ampsOrigin, wattsOrigin };
}

/** A circuit's wiring as limits. */
export const circuitRating = (circuit: Circuit): { amps: number; watts: number } => ({
  amps: circuit.breakerAmps,
  watts: circuit.ratedWatts ?? Number.POSITIVE_INFINITY,
});

/** The limit in force now: `limits` are those set on this circuit or area. */
export const effectiveLimit = (
  fixed: { readonly amps: number; readonly watts: number },
  limits: readonly GridLimit[],
  nowMs: number,
): EffectiveLimit =>
  lowest(
    fixed,
    limits.filter((limit) => isInForce(limit, nowMs)),
  );

/**
 * The lowest limit that is or will be in force as far as we know: what stations must obey if they never hear
 * from us again.
 */
export const lowestKnownLimit = (
  fixed: { readonly amps: number; readonly watts: number },
  limits: readonly GridLimit[],
  nowMs: number,
): EffectiveLimit =>
  lowest(
    fixed,
    limits.filter((limit) => limit.untilMs === undefined || nowMs < limit.untilMs),
  );
