import { RateLimit } from '../../domain/rateLimit.ts';

export interface AttemptLimits {
  /** Failed authentications of one identity in a row; one is forgiven every half minute. */
  readonly maxFailuresPerStation: number;
  /** Failed ones of one address, which may stand for a whole site; one is forgiven every 10 s. */
  readonly maxFailuresPerAddress: number;
  /** Connections of one station in a row; one is forgiven every 3 s. */
  readonly maxReconnects: number;
}

const forgiveStationMs = 30_000;
const forgiveAddressMs = 10_000;
const forgiveReconnectMs = 3_000;
const maxKeys = 10_000;

/**
 * How often somebody may try to come in.
 *
 * A station is not locked out by others who guess at its password, nor by a neighbour behind its address whose
 * password is wrong: where it came in last, only its own failures from there count.
 */
export class Attempts {
  readonly #byStation: RateLimit;
  readonly #byAddress: RateLimit;
  readonly #reconnects: RateLimit;
  /** Where each station came in last. As many as there are stations. */
  readonly #homes = new Map<string, string>();

  constructor({ maxFailuresPerStation, maxFailuresPerAddress, maxReconnects }: AttemptLimits) {
    const limit = (burst: number, forgiveEveryMs: number) =>
      new RateLimit({ burst, forgiveEveryMs, maxKeys });
    this.#byStation = limit(maxFailuresPerStation, forgiveStationMs);
    this.#byAddress = limit(maxFailuresPerAddress, forgiveAddressMs);
    this.#reconnects = limit(maxReconnects, forgiveReconnectMs);
  }

  /** How long a station, or whoever says so, has to wait; 0 when it may try now. */
  waitMs(stationId: string, address: string, nowMs: number): number {
    if (this.#isAtHome(stationId, address)) {
      return Math.max(
        this.#byStation.waitMs(`${stationId} ${address}`, nowMs),
        this.#reconnects.waitMs(stationId, nowMs),
      );
    }
    return Math.max(this.#byStation.waitMs(stationId, nowMs), this.#byAddress.waitMs(address, nowMs));
  }

  failed(stationId: string, address: string, nowMs: number): void {
    if (this.#isAtHome(stationId, address)) {
      this.#byStation.count(`${stationId} ${address}`, nowMs);
      return;
    }
    this.#byStation.count(stationId, nowMs);
    this.#byAddress.count(address, nowMs);
  }

  cameIn(stationId: string, address: string, nowMs: number): void {
    this.#homes.set(stationId, address);
    this.#reconnects.count(stationId, nowMs);
  }

  #isAtHome(stationId: string, address: string): boolean {
    return this.#homes.get(stationId) === address;
  }
}
