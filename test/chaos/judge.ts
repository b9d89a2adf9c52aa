import type { Clock } from '../../src/control/ports.ts';
import { phases } from '../../src/domain/phases.ts';
import type { Site } from '../../src/domain/site.ts';
import { onPhases } from '../../src/sim/meter.ts';
import type { SimulatedSite } from '../../src/sim/simulatedSite.ts';

/** How often the judge looks. */
const lookMs = 50;
/** Less is rounding, not current. */
const toleranceAmps = 0.05;

/** What the judge saw since it was last asked. */
export interface Verdict {
  readonly longestExcessMs: number;
  readonly worstExcessAmps: number;
  /** The most any EVSE was offered. */
  readonly highestOfferAmps: number;
}

/**
 * Judges at the stations: at every moment what they offer, by the profiles installed on them, and what the building
 * really draws must stay under the limit of the grid connection. It knows nothing of what the service believes.
 */
export class Judge {
  readonly #site: Site;
  readonly #truth: SimulatedSite['truth'];
  readonly #clock: Clock;
  #cancelLook: () => void = () => {};
  #limitAmps: number;
  #overSinceMs: number | undefined;
  /** When an excess was seen last. */
  #overAtMs = Number.NEGATIVE_INFINITY;
  #longestExcessMs = 0;
  #worstExcessAmps = 0;
  #highestOfferAmps = 0;

  /** `truth` is what really is at the stations and in the building, from the physics. */
  constructor(site: Site, truth: SimulatedSite['truth'], limitAmps: number, clock: Clock) {
    this.#site = site;
    this.#clock = clock;
    this.#truth = truth;
    this.#limitAmps = limitAmps;
    this.#watch();
  }

  /** A limit that was acknowledged holds from now on. */
  limit(amps: number): void {
    this.#limitAmps = amps;
  }

  /** What was seen so far; and from now on it begins anew. An excess that goes on is seen again. */
  verdict(): Verdict {
    this.#look();
    const seen = {
      longestExcessMs: Math.round(this.#longestExcessMs),
      worstExcessAmps: this.#worstExcessAmps,
      highestOfferAmps: this.#highestOfferAmps,
    };
    this.#longestExcessMs = 0;
    this.#worstExcessAmps = 0;
    this.#highestOfferAmps = 0;
    this.#overSinceMs = undefined;
    return seen;
  }

  /** How long ago there was an excess. */
  sinceExcessMs(): number {
    this.#look();
    return this.#clock.monotonicMs() - this.#overAtMs;
  }

  /** Offers of all EVSEs, in the site's order. */
  offers(): readonly number[] {
    return this.#truth().evses.map(({ offeredAmps }) => offeredAmps);
  }

  stop(): void {
    this.#cancelLook();
  }

  #watch(): void {
    this.#look();
    this.#cancelLook = this.#clock.after(lookMs, () => this.#watch());
  }

  #look(): void {
    const excessAmps = this.#excessAmps();
    const nowMs = this.#clock.monotonicMs();
    this.#worstExcessAmps = Math.max(this.#worstExcessAmps, excessAmps);
    this.#highestOfferAmps = Math.max(this.#highestOfferAmps, ...this.offers());
    if (excessAmps <= toleranceAmps) {
      this.#overSinceMs = undefined;
      return;
    }
    this.#overAtMs = nowMs;
    this.#overSinceMs ??= nowMs;
    this.#longestExcessMs = Math.max(this.#longestExcessMs, nowMs - this.#overSinceMs);
  }

  /** Of the phase that is worst off. */
  #excessAmps(): number {
    const { circuits, evses } = this.#truth();
    const [grid] = circuits;
    const sum = [...(grid?.backgroundAmps ?? [])];
    evses.forEach(({ offeredAmps }, index) => {
      const wiring = this.#site.evses[index]?.wiring ?? [];
      const amps = onPhases(
        wiring,
        wiring.map(() => offeredAmps),
      );
      for (const phase of phases) sum[phase] = (sum[phase] ?? 0) + amps[phase];
    });
    return Math.max(0, ...sum.map((amps) => amps - this.#limitAmps));
  }
}
