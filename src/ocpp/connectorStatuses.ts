import type { EvseStatus } from '../domain/stationEvent.ts';

/** Connectors of one station whose status is remembered. */
const maxConnectors = 256;

/** What holds for an EVSE of several connectors, the strongest first. */
const statusOrder: readonly EvseStatus[] = ['occupied', 'available', 'reserved', 'unavailable', 'faulted'];

/** The status of each connector of a station, as it told them last. */
export class ConnectorStatuses {
  readonly #connectors = new Map<string, { readonly evseNumber: number; readonly status: EvseStatus }>();

  /** The status of an EVSE after one of its connectors told its own: a car at any of them occupies it. */
  changed(evseNumber: number, connectorId: number, status: EvseStatus): EvseStatus {
    const key = `${evseNumber}.${connectorId}`;
    if (!this.#connectors.has(key) && this.#connectors.size >= maxConnectors) return status;
    this.#connectors.set(key, { evseNumber, status });
    const ours = [...this.#connectors.values()].filter((connector) => connector.evseNumber === evseNumber);
    const strongest = statusOrder.find((candidate) =>
      ours.some((connector) => connector.status === candidate),
    );
    return strongest ?? status;
  }

  /** The only EVSE the station ever spoke of; undefined where there are none or several. */
  get onlyEvse(): number | undefined {
    const [first, ...others] = new Set([...this.#connectors.values()].map(({ evseNumber }) => evseNumber));
    return others.length === 0 ? first : undefined;
  }
}
