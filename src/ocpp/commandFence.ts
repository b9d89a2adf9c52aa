import type { StationCommand } from '../control/ports.ts';
import type { SiteId } from '../domain/ids.ts';

/**
 * Keeps out commands that lost their race: those of a controller whose site another one took over, and those that
 * a newer one to the same EVSE overtook on the way here.
 */
export class CommandFence {
  readonly #epochs = new Map<SiteId, number>();
  readonly #sequences = new Map<string, { readonly epoch: number; readonly sequence: number }>();

  /** Why the command must not be sent; undefined lets it pass and remembers it. */
  refusal(command: StationCommand): string | undefined {
    const { siteId, stationId, evseNumber, kind, epoch, sequence } = command;
    const newestEpoch = this.#epochs.get(siteId) ?? epoch;
    if (epoch < newestEpoch) return `superseded: epoch ${epoch} is over, the site is in ${newestEpoch}`;
    this.#epochs.set(siteId, epoch);

    const key = JSON.stringify([stationId, evseNumber, kind]);
    const last = this.#sequences.get(key);
    if (last?.epoch === epoch && sequence <= last.sequence) {
      return `superseded: ${last.sequence} was sent before ${sequence}`;
    }
    this.#sequences.set(key, { epoch, sequence });
    return undefined;
  }
}
