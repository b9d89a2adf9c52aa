import assert from 'node:assert/strict';
import { type Draw, drawOnCircuit } from '../domain/draw.ts';
import { type GridLimit, limitedNode } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, EvseId, LimitId, SessionId, SiteId, StationId } from '../domain/ids.ts';
import { type MeterState, meteredCurrent, silentMeter, withReading } from '../domain/meterState.ts';
import { type PhaseAmps, phases } from '../domain/phases.ts';
import type { Reading } from '../domain/reading.ts';
import { takesAll } from '../domain/reclaim.ts';
import type { Session } from '../domain/session.ts';
import { afterMeasurement, sessionFrom } from '../domain/sessionChange.ts';
import type { Circuit, Evse, Site } from '../domain/site.ts';
import type { EvseStatus, StationEvent, StationHardware } from '../domain/stationEvent.ts';
import type { Logger } from '../log.ts';
import type { ExposureLedger, Presence } from './exposure.ts';
import type { Clock, CommandAnswer } from './ports.ts';

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
}

export interface StationRecord {
  readonly id: StationId;
  readonly protocol: string | undefined;
  readonly hardware: StationHardware | undefined;
  readonly lastSeenAtMs: number;
}

/** What we hold about one EVSE. Instants are monotonic. */
export interface EvseRecord {
  readonly evse: Evse;
  readonly phaseVolts: number;
  status: EvseStatus | 'unknown';
  fault: string | undefined;
  session: Session | undefined;
  draw: Draw | undefined;
  /** From then on a measurement shows what the car makes of its setpoint. */
  settledAtMs: number;
  leftUnusedSinceMs: number | undefined;
  /** Whether it is offered current, and since when it is or is not; 0 as long as the session had none. */
  isOn: boolean;
  sinceMs: number;
  /** When it began to wait: with the session, or when it was paused. */
  waitingSinceMs: number;
  /** Its setpoint went down: a raise waits. */
  loweredAtMs: number;
  /** It refused a command or did not answer: until then it counts as it is. */
  retryAtMs: number | undefined;
}

/** A rise of a meter by this much is a drop of headroom worth waking the loop for. */
const wakeRiseAmps = 0.5;

export interface SiteStateOptions {
  /** What a car needs to follow its setpoint and a station to show it. */
  readonly followMs: number;
  /** How long a station that failed a command is planned around before it is asked again. */
  readonly retryMs: number;
}

/**
 * Everything we know now about all sites: one writer, many readers. What arrives is put in its place and
 * triggers nothing by itself, except that a drop wakes the loop.
 */
export class SiteState {
  readonly startedAtMs: number;
  readonly #ports: SiteStatePorts;
  readonly #options: SiteStateOptions;
  readonly #sites: readonly Site[];
  readonly #circuits = new Map<CircuitId, { readonly circuit: Circuit; readonly phaseVolts: number }>();
  readonly #evses = new Map<EvseId, EvseRecord>();
  readonly #stations = new Map<
    StationId,
    { isOnline: boolean; record: StationRecord; readonly evses: EvseRecord[] }
  >();
  readonly #meters = new Map<CircuitId, MeterState>();
  readonly #backgrounds = new Map<CircuitId, PhaseAmps>();
  readonly #limits = new Map<LimitId, GridLimit>();

  constructor(sites: readonly Site[], ports: SiteStatePorts, options: SiteStateOptions) {
    this.#ports = ports;
    this.#options = options;
    this.#sites = sites;
    this.startedAtMs = ports.clock.monotonicMs();
    for (const site of sites) {
      const { phaseVolts } = site.supply;
      for (const circuit of site.circuits) this.#circuits.set(circuit.id, { circuit, phaseVolts });
      for (const evse of site.evses) {
        const record = newRecord(evse, phaseVolts, this.startedAtMs);
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

  isOnline(stationId: StationId): boolean {
    return this.#stations.get(stationId)?.isOnline ?? false;
  }

  /** Who is at an EVSE. Before its first status a session may run there that we do not know. */
  presence(evseId: EvseId): Presence {
    const { evse, session, status } = this.evse(evseId);
    return {
      isOnline: this.isOnline(evse.station),
      hasSession: session !== undefined || status === 'unknown',
    };
  }

  meter(circuitId: CircuitId): MeterState {
    return this.#meters.get(circuitId) ?? silentMeter;
  }

  /** The last estimate that rested on a live meter. */
  background(circuitId: CircuitId): PhaseAmps | undefined {
    return this.#backgrounds.get(circuitId);
  }

  limitsOn(node: CircuitId | AreaId): readonly GridLimit[] {
    return this.limits().filter((limit) => limitedNode(limit.target) === node);
  }

  limits(): readonly GridLimit[] {
    return [...this.#limits.values()];
  }

  sessions(): readonly Session[] {
    return [...this.#evses.values()].flatMap(({ session }) => session ?? []);
  }

  /** Whether a site still waits for its meters and stations, and so stays at failsafe. */
  isStarting(siteId: SiteId): boolean {
    const site = this.#sites.find(({ id }) => id === siteId);
    if (site === undefined) return false;
    const nowMs = this.#ports.clock.monotonicMs();
    const waitsForMeter = site.circuits.some(
      ({ id, meter }) =>
        meter !== undefined && !this.#meters.has(id) && nowMs < this.startedAtMs + meter.maxAgeMs,
    );
    const waitsForStation = site.evses.some(({ id, station }) => {
      const isHeard = this.isOnline(station) && this.evse(id).status !== 'unknown';
      return !isHeard && !this.#ports.ledger.isKnown(id, nowMs);
    });
    return waitsForMeter || waitsForStation;
  }

  // --- writing -------------------------------------------------------------------------------------

  applyReading(reading: Reading): void {
    const known = this.#circuits.get(reading.circuitId);
    if (known?.circuit.meter === undefined) return;
    const { circuit, phaseVolts } = known;
    const nowMs = this.#ports.clock.monotonicMs();
    const before = this.meter(circuit.id);
    const after = withReading(before, { ...reading, arrivedAtMs: nowMs });
    this.#meters.set(circuit.id, after);
    const old = meteredCurrent(before, known.circuit.meter, phaseVolts, nowMs).amps;
    const now = meteredCurrent(after, known.circuit.meter, phaseVolts, nowMs).amps;
    const hasRisen = phases.some((phase) => (now[phase] ?? 0) > (old[phase] ?? 0) + wakeRiseAmps);
    if (hasRisen) this.#ports.onDrop();
  }

  rememberBackground(circuitId: CircuitId, amps: PhaseAmps): void {
    this.#backgrounds.set(circuitId, amps);
  }

  setLimit(limit: GridLimit): void {
    this.#limits.set(limit.id, limit);
    this.#ports.onDrop();
  }

  /** False when there is no such limit. */
  endLimit(limitId: LimitId): boolean {
    return this.#limits.delete(limitId);
  }

  /** Limits that can never come into force again are history, which the store keeps. */
  forgetEndedLimits(nowMs: number): void {
    for (const [id, { untilMs }] of this.#limits) {
      if (untilMs !== undefined && untilMs <= nowMs) this.#limits.delete(id);
    }
  }

  /** A session that ran when an earlier process ended: it may still run. */
  adoptSession(session: Session): void {
    const record = this.#evses.get(session.evseId);
    if (record !== undefined && record.evse.station === session.stationId) record.session = session;
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
    const { ledger, log, clock } = this.#ports;
    const nowMs = clock.monotonicMs();
    const before = ledger.lease(answer.evseId)?.setpointAmps;
    const standingBefore = ledger.standingAmps(answer.evseId);
    if (!ledger.answered({ ...answer, atMs: nowMs })) return;
    const record = this.evse(answer.evseId);
    if (answer.outcome === 'rejected' || answer.outcome === 'timed-out') {
      const { stationId, evseId, outcome, reason } = answer;
      if (record.retryAtMs === undefined) log.warn({ stationId, evseId, outcome, reason }, 'station failed a command');
      record.retryAtMs = nowMs + this.#options.retryMs;
      this.#ports.onDrop();
    }
    if (answer.outcome !== 'accepted') return;
    if (record.retryAtMs !== undefined) log.info({ evseId: answer.evseId }, 'station takes commands again');
    record.retryAtMs = undefined;
    const standingAmps = ledger.standingAmps(answer.evseId);
    if (standingAmps !== standingBefore && standingAmps !== undefined) {
      this.#ports.onStanding(answer.evseId, standingAmps);
    }
    const after = ledger.lease(answer.evseId)?.setpointAmps;
    if (after === undefined || after === before) return;
    record.settledAtMs = nowMs + this.#options.followMs;
    if (before !== undefined && after < before) record.loweredAtMs = nowMs;
    if (after > 0 !== record.isOn) {
      record.isOn = after > 0;
      record.sinceMs = nowMs;
      record.waitingSinceMs = nowMs;
    }
  }

  applyStationEvent(event: StationEvent): void {
    const station = this.#stations.get(event.stationId);
    if (station === undefined) return;
    station.record = { ...station.record, lastSeenAtMs: event.atMs };
    switch (event.kind) {
      case 'connected':
        station.isOnline = true;
        station.record = { ...station.record, protocol: event.protocol };
        this.#doubt(event.stationId);
        this.#ports.onStation(station.record);
        return;
      case 'disconnected':
        station.isOnline = false;
        this.#ports.onStation(station.record);
        this.#ports.onDrop();
        return;
      case 'booted':
        station.record = { ...station.record, hardware: event.hardware };
        this.#doubt(event.stationId);
        this.#ports.onStation(station.record);
        return;
      case 'evse status':
        return this.#applyStatus(event);
      case 'session started':
        return this.#startSession(event);
      case 'session changed': {
        const record = this.#sessionRecord(event.stationId, event.transactionId);
        if (record?.session !== undefined) this.#setSession(record, { ...record.session, state: event.state });
        return;
      }
      case 'session ended':
        return this.#endSession(event);
      case 'measured':
        return this.#applyMeasurement(event);
      default:
        return event satisfies never;
    }
  }

  /** What we set may be lost: the loop asserts it again, at once. */
  #doubt(stationId: StationId): void {
    for (const { evse } of this.#evsesOf(stationId)) {
      this.#ports.ledger.doubt(evse.id);
      this.evse(evse.id).retryAtMs = undefined;
    }
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
      if (event.status === 'available' && record.session === undefined) this.#ports.ledger.sessionEnded(record.evse.id);
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
    const nowMs = this.#ports.clock.monotonicMs();
    if (record.session !== undefined) this.#finish(record, { endedAtMs: event.startedAtMs, reason: 'superseded' });
    if (record.status === 'unknown') record.status = 'occupied';
    // A session that began after us has nothing of an earlier process.
    if (event.startedAtMs >= this.startedAtMs) this.#ports.ledger.sessionEnded(record.evse.id);
    record.draw = undefined;
    record.leftUnusedSinceMs = undefined;
    record.settledAtMs = nowMs + this.#options.followMs;
    record.isOn = false;
    record.sinceMs = 0;
    record.waitingSinceMs = nowMs;
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
    const energyWh = end.energyWh ?? session.energyWh;
    this.#setSession(record, {
      ...session,
      state: 'finished',
      endedAtMs: end.endedAtMs,
      endReason: end.reason,
      energyWh,
    });
    record.session = undefined;
    record.draw = undefined;
    record.isOn = false;
    this.#ports.ledger.sessionEnded(evse.id);
    this.#ports.log.info({ sessionId: session.id, evseId: evse.id, reason: end.reason, energyWh }, 'session ended');
  }

  #applyMeasurement(event: Extract<StationEvent, { kind: 'measured' }>): void {
    const record = this.#evsesOf(event.stationId).find(({ evse }) => evse.number === event.evseNumber);
    if (record === undefined) return;
    const nowMs = this.#ports.clock.monotonicMs();
    if (record.session !== undefined) {
      const session = afterMeasurement(record.session, event);
      if (session !== record.session) this.#setSession(record, session);
    }
    const draw = drawOnCircuit(record.evse, event, record.phaseVolts, nowMs);
    if (draw === undefined) return;
    record.draw = draw;
    const setpointAmps = this.#ports.ledger.lease(record.evse.id)?.setpointAmps ?? 0;
    if (setpointAmps === 0 || takesAll({ drawAmps: Math.max(...draw.amps), setpointAmps })) {
      record.leftUnusedSinceMs = undefined;
    } else if (nowMs >= record.settledAtMs) {
      record.leftUnusedSinceMs ??= nowMs;
    }
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

const newStation = (
  id: StationId,
  evse: EvseRecord,
): { isOnline: boolean; record: StationRecord; readonly evses: EvseRecord[] } => ({
  isOnline: false,
  record: { id, protocol: undefined, hardware: undefined, lastSeenAtMs: 0 },
  evses: [evse],
});

const newRecord = (evse: Evse, phaseVolts: number, nowMs: number): EvseRecord => ({
  evse,
  phaseVolts,
  status: 'unknown',
  fault: undefined,
  session: undefined,
  draw: undefined,
  settledAtMs: nowMs,
  leftUnusedSinceMs: undefined,
  isOn: false,
  sinceMs: 0,
  waitingSinceMs: nowMs,
  loweredAtMs: Number.NEGATIVE_INFINITY,
  retryAtMs: undefined,
});
