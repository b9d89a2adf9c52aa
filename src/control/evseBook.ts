import assert from 'node:assert/strict';
import type { DeviceRecord, KeptDevice } from '../domain/deviceRecord.ts';
import type { EvseId, SessionId, StationId } from '../domain/ids.ts';
import type { InterruptedCharge } from '../domain/interruptedCharge.ts';
import type { Session } from '../domain/session.ts';
import type { Site } from '../domain/site.ts';
import type { Logger } from '../log.ts';
import { setDevice } from './deviceLearning.ts';
import { type EvseRecord, newEvseRecord } from './evseRecord.ts';
import type { ExposureLedger, Presence } from './exposure.ts';
import type { SessionWish } from './operations.ts';
import type { Clock } from './ports.ts';
import { newStation, type Station, type StationRecord } from './stationRecord.ts';
import type { Stillness } from './stillness.ts';

export interface EvseBookPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly ledger: ExposureLedger;
  /** A limit or headroom dropped, or somebody came: the loop should run now. */
  onDrop(): void;
  onSession(session: Session): void;
  /** A charge that is to begin again at an EVSE, or none any more. */
  onInterrupted(evseId: EvseId, charge: InterruptedCharge | undefined): void;
  /** A station acknowledged its standing TxDefaultProfile. */
  onStanding(evseId: EvseId, amps: number): void;
  onStation(station: StationRecord): void;
  /** A station taught how it is to be told. */
  onDevice?(id: StationId, device: DeviceRecord): void;
}

export interface EvseBookOptions {
  /** What a car needs to follow its setpoint and a station to show it. */
  readonly followMs: number;
  /** How long a station that failed a command is planned around before it is asked again. */
  readonly retryMs: number;
}

/** A station that told nothing about a running session for so long does not measure it. */
const drawWaitMs = 30_000;

/** What we know now about stations, their EVSEs and the sessions there. */
export class EvseBook {
  readonly ports: EvseBookPorts;
  readonly options: EvseBookOptions;
  readonly stillness: Stillness;
  readonly #startedAtMs: number;
  readonly #evses = new Map<EvseId, EvseRecord>();
  readonly #stations = new Map<StationId, Station>();

  constructor(sites: readonly Site[], ports: EvseBookPorts, options: EvseBookOptions, stillness: Stillness) {
    this.ports = ports;
    this.options = options;
    this.stillness = stillness;
    this.#startedAtMs = ports.clock.monotonicMs();
    for (const site of sites) {
      for (const evse of site.evses) {
        const record = newEvseRecord(evse, site, this.#startedAtMs);
        this.#evses.set(evse.id, record);
        const station = this.#stations.get(evse.station);
        if (station === undefined) this.#stations.set(evse.station, newStation(evse.station, record));
        else station.evses.push(record);
      }
    }
  }

  evse(evseId: EvseId): EvseRecord {
    const record = this.#evses.get(evseId);
    assert(record !== undefined, `the state knows every EVSE of the config, and so ${evseId}`);
    return record;
  }

  /** undefined when no EVSE hangs on it. */
  station(stationId: StationId): Station | undefined {
    return this.#stations.get(stationId);
  }

  isOnline(stationId: StationId): boolean {
    return this.#stations.get(stationId)?.isOnline ?? false;
  }

  /** How far its clock is ahead of ours; undefined as long as it told too little. */
  clockSkewMs(stationId: StationId): number | undefined {
    return this.#stations.get(stationId)?.skew.skewMs;
  }

  /**
   * Who is at an EVSE. Before its first status a session may run there that we do not know, and what begins at another
   * operator's station is told when it has begun.
   */
  presence(evseId: EvseId): Presence {
    const { evse, session, status } = this.evse(evseId);
    return {
      isOnline: this.isOnline(evse.station),
      hasSession: session !== undefined || status === 'unknown' || evse.partner !== undefined,
    };
  }

  all(): Iterable<EvseRecord> {
    return this.#evses.values();
  }

  sessions(): readonly Session[] {
    return [...this.#evses.values()].flatMap(({ session }) => session ?? []);
  }

  /** Those of a station; none where the config has none. */
  evsesOf(stationId: StationId): readonly EvseRecord[] {
    return this.#stations.get(stationId)?.evses ?? [];
  }

  /** undefined when no such session runs there. */
  withTransaction(stationId: StationId, transactionId: string): EvseRecord | undefined {
    return this.evsesOf(stationId).find(({ session }) => session?.transactionId === transactionId);
  }

  /** What an earlier process learnt about a station. */
  adoptDevice(id: StationId, { hardware, learnt }: KeptDevice): void {
    const station = this.#stations.get(id);
    if (station !== undefined) setDevice(station, { ...station.device, hardware, learnt });
  }

  /** A session that ran when an earlier process ended: it may still run. */
  adoptSession(session: Session): void {
    const record = this.#evses.get(session.evseId);
    if (record === undefined || record.evse.station !== session.stationId) return;
    record.session = session;
    if (session.hasPriority === true) this.ports.ledger.overridden(record.evse.id);
    record.awaitsDrawUntilMs = this.#startedAtMs + drawWaitMs;
  }

  /** A charge that an earlier process ended, which is to begin again. */
  adoptInterrupted(id: EvseId, charge: InterruptedCharge): void {
    const record = this.#evses.get(id);
    if (record !== undefined) record.interrupted = charge;
  }

  /** undefined when no such session runs. */
  changeSession(id: SessionId, wish: SessionWish): Session | undefined {
    const record = [...this.#evses.values()].find(({ session }) => session?.id === id);
    if (record?.session === undefined) return undefined;
    record.idleSinceMs = undefined;
    return this.setSession(record, { ...record.session, ...wish });
  }

  /** The most that may flow there now. */
  mostAmps({ evse, overdrawAmps }: EvseRecord): number {
    const { ledger, clock } = this.ports;
    return ledger.exposureAmps(evse.id, this.presence(evse.id), clock.monotonicMs()) + overdrawAmps;
  }

  /** Now, and when a car has followed what changes now. */
  moments(): { readonly nowMs: number; readonly settledAtMs: number } {
    const nowMs = this.ports.clock.monotonicMs();
    return { nowMs, settledAtMs: nowMs + this.options.followMs };
  }

  setSession(record: EvseRecord, session: Session): Session {
    record.session = session;
    this.ports.onSession(session);
    return session;
  }
}
