import assert from 'node:assert/strict';
import { drawOnCircuit } from '../domain/draw.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import type { GridLimit } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, EvseId, LimitId, SessionId, SiteId, StationId } from '../domain/ids.ts';
import type { Reading } from '../domain/reading.ts';
import type { Session } from '../domain/session.ts';
import { afterChange, afterMeasurement, sessionFrom } from '../domain/sessionChange.ts';
import type { Circuit, Site } from '../domain/site.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { StationEvent } from '../domain/stationEvent.ts';
import type { Supply } from '../domain/supply.ts';
import type { Logger } from '../log.ts';
import {
  changeSetpoint,
  doubtPhases,
  type EvseRecord,
  forgetCar,
  newEvseRecord,
  notePhases,
  takeMeasurement,
} from './evseRecord.ts';
import type { ExposureLedger, Presence } from './exposure.ts';
import { type GridBook, type GridKeeper, gridBook } from './gridBook.ts';
import { limitBook } from './limitBook.ts';
import { type MeterBook, meterBook } from './meterBook.ts';
import type { Clock, CommandAnswer, StationCommand } from './ports.ts';
import { newStation, noteTimestamp, type Station, type StationRecord } from './stationRecord.ts';

export interface SiteStatePorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly ledger: ExposureLedger;
  /** A limit or headroom dropped, or somebody came: the loop should run now. */
  onDrop(): void;
  onSession(session: Session): void;
  /** A station acknowledged its standing TxDefaultProfile. */
  onStanding(evseId: EvseId, amps: number): void;
  onStation(station: StationRecord): void;
  /** What must outlive us of the connections to grid operators. */
  readonly gridKeeper?: GridKeeper;
}

/** A station that told nothing about a running session for so long does not measure it. */
const drawWaitMs = 30_000;

export interface SiteStateOptions {
  /** What a car needs to follow its setpoint and a station to show it. */
  readonly followMs: number;
  /** How long a station that failed a command is planned around before it is asked again. */
  readonly retryMs: number;
  /** To grid operators. */
  readonly connections?: readonly GridConnection[];
}

/**
 * Everything we know now about all sites: one writer, many readers. What arrives is put in its place and
 * triggers nothing by itself, except that a drop wakes the loop.
 */
export class SiteState {
  readonly startedAtMs: number;
  readonly meters: MeterBook;
  readonly grid: GridBook;
  readonly #ports: SiteStatePorts;
  readonly #options: SiteStateOptions;
  readonly #circuits = new Map<CircuitId, { readonly circuit: Circuit; readonly supply: Supply }>();
  readonly #evses = new Map<EvseId, EvseRecord>();
  readonly #stations = new Map<StationId, Station>();
  readonly #limits = limitBook();
  readonly #stops = new Map<SiteId, SiteStop>();

  constructor(sites: readonly Site[], ports: SiteStatePorts, options: SiteStateOptions) {
    this.#ports = ports;
    this.#options = options;
    this.startedAtMs = ports.clock.monotonicMs();
    this.meters = meterBook(ports.log);
    this.grid = gridBook(options.connections ?? [], {
      clock: ports.clock,
      log: ports.log,
      limits: this.#limits,
      keep: ports.gridKeeper,
      onDrop: () => ports.onDrop(),
    });
    for (const site of sites) {
      const { supply } = site;
      for (const circuit of site.circuits) this.#circuits.set(circuit.id, { circuit, supply });
      for (const evse of site.evses) {
        const record = newEvseRecord(evse, supply, this.startedAtMs);
        this.#evses.set(evse.id, record);
        const station = this.#stations.get(evse.station);
        if (station === undefined) this.#stations.set(evse.station, newStation(evse.station, record));
        else station.evses.push(record);
      }
    }
  }

  // --- reading -------------------------------------------------------------------------------------

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

  /** Who is at an EVSE. Before its first status a session may run there that we do not know. */
  presence(evseId: EvseId): Presence {
    const { evse, session, status } = this.evse(evseId);
    return {
      isOnline: this.isOnline(evse.station),
      hasSession: session !== undefined || status === 'unknown',
    };
  }

  limitsOn(node: CircuitId | AreaId): readonly GridLimit[] {
    return this.#limits.on(node);
  }

  limits(): readonly GridLimit[] {
    return this.#limits.all();
  }

  sessions(): readonly Session[] {
    return [...this.#evses.values()].flatMap(({ session }) => session ?? []);
  }

  /** Who stopped a site by hand; undefined while it runs. */
  stopOf(siteId: SiteId): SiteStop | undefined {
    return this.#stops.get(siteId);
  }

  // --- writing -------------------------------------------------------------------------------------

  applyReading(reading: Reading): void {
    const known = this.#circuits.get(reading.circuitId);
    if (known === undefined) return;
    const outcome = this.meters.take(reading, known, this.#ports.clock.monotonicMs());
    if (outcome === 'risen') this.#ports.onDrop();
  }

  setLimit(limit: GridLimit): void {
    this.#limits.set(limit);
    this.#ports.onDrop();
  }

  /** False when there is no such limit. */
  endLimit(limitId: LimitId): boolean {
    return this.#limits.end(limitId);
  }

  /** Every EVSE of the site is set to 0 until it is released. */
  stopSite(stop: SiteStop): void {
    this.#stops.set(stop.siteId, stop);
    this.#ports.onDrop();
  }

  releaseSite(siteId: SiteId): void {
    this.#stops.delete(siteId);
  }

  /** Limits that can never come into force again are history, which the store keeps. */
  forgetEndedLimits(nowMs: number): void {
    this.#limits.forgetEnded(nowMs);
  }

  /** A session that ran when an earlier process ended: it may still run. */
  adoptSession(session: Session): void {
    const record = this.#evses.get(session.evseId);
    if (record === undefined || record.evse.station !== session.stationId) return;
    record.session = session;
    record.awaitsDrawUntilMs = this.startedAtMs + drawWaitMs;
  }

  /** Undefined when no such session runs. */
  changeSession(
    id: SessionId,
    change: Pick<Partial<Session>, 'wantedEnergyWh' | 'departureAtMs' | 'priority'>,
  ): Session | undefined {
    const record = [...this.#evses.values()].find(({ session }) => session?.id === id);
    if (record?.session === undefined) return undefined;
    return this.#setSession(record, { ...record.session, ...change });
  }

  applyAnswer(answer: CommandAnswer): void {
    const { ledger, clock } = this.#ports;
    const nowMs = clock.monotonicMs();
    const command = ledger.inFlight(answer.evseId);
    const beforeAmps = ledger.lease(answer.evseId)?.setpointAmps;
    if (command === undefined || !ledger.answered({ ...answer, atMs: nowMs })) return;
    const record = this.evse(answer.evseId);
    if (answer.outcome === 'rejected' || answer.outcome === 'timed-out')
      this.#commandFailed(record, command, answer);
    if (answer.outcome !== 'accepted' || command.kind === 'station maximum' || command.kind === 'remote stop')
      return;
    if (command.kind === 'standing') {
      record.standingRetryAtMs = undefined;
      this.#ports.onStanding(record.evse.id, command.amps);
      return;
    }
    if (record.retryAtMs !== undefined)
      this.#ports.log.info({ evseId: record.evse.id }, 'station takes commands again');
    record.retryAtMs = undefined;
    const afterAmps = ledger.lease(record.evse.id)?.setpointAmps;
    if (afterAmps !== undefined) changeSetpoint(record, { beforeAmps, afterAmps }, this.#moments());
  }

  /** Commands that nobody told the fate of count as unanswered. */
  failOverdueCommands(): void {
    const { ledger, clock } = this.#ports;
    for (const { stationId, evseId, epoch, sequence } of ledger.overdue(clock.monotonicMs())) {
      const failed = { outcome: 'timed-out', reason: 'nobody answered for it', atMs: clock.nowMs() } as const;
      this.applyAnswer({ stationId, evseId, epoch, sequence, ...failed });
    }
  }

  #commandFailed(
    record: EvseRecord,
    { kind }: StationCommand,
    { stationId, evseId, outcome, reason }: CommandAnswer,
  ): void {
    const retryAtMs = this.#ports.clock.monotonicMs() + this.#options.retryMs;
    if (kind === 'station maximum' || kind === 'remote stop') {
      this.#ports.log.warn({ stationId, evseId, kind, outcome, reason }, 'station failed a command');
      return;
    }
    const isKnown = (kind === 'lease' ? record.retryAtMs : record.standingRetryAtMs) !== undefined;
    if (!isKnown)
      this.#ports.log.warn({ stationId, evseId, kind, outcome, reason }, 'station failed a command');
    if (kind === 'standing') {
      record.standingRetryAtMs = retryAtMs;
      return;
    }
    record.retryAtMs = retryAtMs;
    this.#ports.onDrop();
  }

  applyStationEvent(event: StationEvent): void {
    const station = this.#stations.get(event.stationId);
    if (station === undefined) return;
    station.record = { ...station.record, lastSeenAtMs: event.atMs };
    switch (event.kind) {
      case 'connected':
        station.isOnline = true;
        station.record = { ...station.record, protocol: event.protocol };
        for (const { evse } of station.evses) this.#ports.ledger.doubt(evse.id);
        this.#introduced(station);
        break;
      case 'disconnected':
        station.isOnline = false;
        for (const evse of station.evses) doubtPhases(evse);
        this.#ports.onStation(station.record);
        this.#ports.onDrop();
        break;
      case 'booted':
        station.record = { ...station.record, hardware: event.hardware };
        for (const { evse } of station.evses) this.#ports.ledger.rebooted(evse.id);
        this.#introduced(station);
        break;
      case 'evse status':
        this.#applyStatus(event);
        break;
      case 'session started':
        this.#startSession(event);
        break;
      case 'session changed': {
        const record = this.#sessionRecord(event.stationId, event.transactionId);
        if (record?.session !== undefined) this.#setSession(record, afterChange(record.session, event));
        break;
      }
      case 'session ended':
        this.#endSession(event);
        break;
      case 'measured':
        this.#applyMeasurement(event);
        break;
      default:
        event satisfies never;
    }
  }

  /** What we set may be lost: the loop asserts it again, at once. */
  #introduced({ record, evses }: Station): void {
    for (const evse of evses) {
      doubtPhases(evse);
      evse.retryAtMs = undefined;
      evse.standingRetryAtMs = undefined;
    }
    this.#ports.onStation(record);
    this.#ports.onDrop();
  }

  #applyStatus(event: Extract<StationEvent, { kind: 'evse status' }>): void {
    for (const record of this.#evsesOf(event.stationId)) {
      if (event.evseNumber !== 0 && event.evseNumber !== record.evse.number) continue;
      // The station as a whole says nothing about each plug unless it is out of order.
      if (event.evseNumber === 0 && event.status !== 'faulted' && event.status !== 'unavailable') continue;
      record.status = event.status;
      record.fault = event.fault;
      // Whatever an earlier process set for a session there is over.
      if (event.status === 'available' && record.session === undefined)
        this.#ports.ledger.sessionEnded(record.evse.id);
    }
  }

  #startSession(event: Extract<StationEvent, { kind: 'session started' }>): void {
    const record = this.#evsesOf(event.stationId).find(({ evse }) => evse.number === event.evseNumber);
    if (record === undefined) {
      const { stationId, evseNumber } = event;
      this.#ports.log.warn({ stationId, evseNumber }, 'session at an EVSE that is not in the config');
      return;
    }
    if (record.session?.transactionId === event.transactionId) return;
    if (record.session !== undefined) {
      this.#finish(record, { endedAtMs: event.startedAtMs, reason: 'superseded' });
    }
    if (record.status === 'unknown') record.status = 'occupied';
    forgetCar(record, { ...this.#moments(), mostAmps: this.#mostAmps(record) });
    const session = this.#setSession(record, sessionFrom(event, record.evse.id));
    this.#ports.log.info({ sessionId: session.id, evseId: record.evse.id }, 'session started');
    this.#ports.onDrop();
  }

  #endSession(event: Extract<StationEvent, { kind: 'session ended' }>): void {
    const record = this.#sessionRecord(event.stationId, event.transactionId);
    if (record === undefined) return;
    this.#finish(record, event);
  }

  #finish(
    record: EvseRecord,
    end: { readonly endedAtMs: number; readonly reason: string; readonly energyWh?: number | undefined },
  ): void {
    const { session, evse } = record;
    if (session === undefined) return;
    const mostAmps = this.#mostAmps(record);
    const energyWh = end.energyWh ?? session.energyWh;
    this.#setSession(record, {
      ...session,
      state: 'finished',
      endedAtMs: end.endedAtMs,
      endReason: end.reason,
      energyWh,
    });
    record.session = undefined;
    forgetCar(record, { ...this.#moments(), mostAmps });
    this.#ports.ledger.sessionEnded(evse.id);
    this.#ports.log.info(
      { sessionId: session.id, evseId: evse.id, reason: end.reason, energyWh },
      'session ended',
    );
  }

  #applyMeasurement(event: Extract<StationEvent, { kind: 'measured' }>): void {
    const record = this.#evsesOf(event.stationId).find(({ evse }) => evse.number === event.evseNumber);
    if (record === undefined) return;
    const nowMs = this.#ports.clock.monotonicMs();
    if (record.session !== undefined) {
      const session = afterMeasurement(record.session, event);
      if (session !== record.session) this.#setSession(record, session);
    }
    const amps = drawOnCircuit(record.evse, event, record.supply);
    // What was queued while the station was offline tells neither draw nor time.
    if (amps === undefined) return;
    notePhases(record, event, nowMs);
    const station = this.#stations.get(event.stationId);
    if (station !== undefined) noteTimestamp(station, event, this.#ports);
    const { id } = record.evse;
    const { ledger } = this.#ports;
    const wasObedient = record.obedience.escalation === undefined;
    takeMeasurement(record, amps, {
      setpointAmps: ledger.lease(id)?.setpointAmps ?? 0,
      setpointAmpsMin: ledger.setpointAmpsMin(id, nowMs),
      exposureAmps: ledger.exposureAmps(id, this.presence(id), nowMs),
      nowMs,
    });
    if (!wasObedient && record.obedience.escalation === undefined)
      this.#ports.log.info({ evseId: id }, 'station obeys again');
  }

  #mostAmps({ evse, overdrawAmps }: EvseRecord): number {
    const { ledger, clock } = this.#ports;
    return ledger.exposureAmps(evse.id, this.presence(evse.id), clock.monotonicMs()) + overdrawAmps;
  }

  /** Now, and when a car has followed what changes now. */
  #moments(): { readonly nowMs: number; readonly settledAtMs: number } {
    const nowMs = this.#ports.clock.monotonicMs();
    return { nowMs, settledAtMs: nowMs + this.#options.followMs };
  }

  #setSession(record: EvseRecord, session: Session): Session {
    record.session = session;
    this.#ports.onSession(session);
    return session;
  }

  #evsesOf(stationId: StationId): readonly EvseRecord[] {
    return this.#stations.get(stationId)?.evses ?? [];
  }

  #sessionRecord(stationId: StationId, transactionId: string): EvseRecord | undefined {
    return this.#evsesOf(stationId).find(({ session }) => session?.transactionId === transactionId);
  }
}
