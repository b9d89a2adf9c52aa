import type { KeptDevice } from '../domain/deviceRecord.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import type { GridLimit } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, EvseId, LimitId, SessionId, SiteId, StationId } from '../domain/ids.ts';
import type { InterruptedCharge } from '../domain/interruptedCharge.ts';
import type { Reading } from '../domain/reading.ts';
import type { Session } from '../domain/session.ts';
import type { Circuit, Site } from '../domain/site.ts';
import type { SiteStop } from '../domain/siteStop.ts';
import type { StationEvent } from '../domain/stationEvent.ts';
import type { Supply } from '../domain/supply.ts';
import { applyAnswer, failOverdueCommands } from './commandAnswers.ts';
import { EvseBook, type EvseBookOptions, type EvseBookPorts } from './evseBook.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { Presence } from './exposure.ts';
import { type GridBook, type GridKeeper, gridBook } from './gridBook.ts';
import { noteAsked, noteWaiting } from './interruption.ts';
import { limitBook } from './limitBook.ts';
import { type MeterBook, meterBook } from './meterBook.ts';
import type { SessionWish } from './operations.ts';
import type { CommandAnswer } from './ports.ts';
import { applyStationEvent } from './stationEvents.ts';
import type { Station } from './stationRecord.ts';
import { type Stillness, stillness } from './stillness.ts';

export interface SiteStatePorts extends EvseBookPorts {
  /** What must outlive us of the connections to grid operators. */
  readonly gridKeeper?: GridKeeper;
}

export interface SiteStateOptions extends EvseBookOptions {
  /** To grid operators. */
  readonly connections?: readonly GridConnection[];
  /** Nothing happening for so long, not even a tick, means that the process stood still; left away: nothing does. */
  readonly stillAfterMs?: number;
}

/**
 * Everything we know now about all sites: one writer, many readers. What arrives is put in its place and
 * triggers nothing by itself, except that a drop wakes the loop.
 */
export class SiteState {
  readonly startedAtMs: number;
  readonly meters: MeterBook;
  readonly grid: GridBook;
  readonly stillness: Stillness;
  readonly #ports: SiteStatePorts;
  readonly #circuits = new Map<CircuitId, { readonly circuit: Circuit; readonly supply: Supply }>();
  readonly #evses: EvseBook;
  readonly #limits = limitBook();
  readonly #stops = new Map<SiteId, SiteStop>();

  constructor(sites: readonly Site[], ports: SiteStatePorts, options: SiteStateOptions) {
    this.#ports = ports;
    this.startedAtMs = ports.clock.monotonicMs();
    this.stillness = stillness(options.stillAfterMs ?? Number.POSITIVE_INFINITY, (forMs) =>
      ports.log.warn({ forMs }, 'process stood still, what waited in its sockets is not taken for fresh'),
    );
    this.#evses = new EvseBook(sites, ports, options, this.stillness);
    this.meters = meterBook(ports.log);
    this.grid = gridBook(options.connections ?? [], {
      clock: ports.clock,
      log: ports.log,
      limits: this.#limits,
      keep: ports.gridKeeper,
      onDrop: () => ports.onDrop(),
    });
    for (const { circuits, supply } of sites)
      for (const circuit of circuits) this.#circuits.set(circuit.id, { circuit, supply });
  }

  // --- reading -------------------------------------------------------------------------------------

  evse(evseId: EvseId): EvseRecord {
    return this.#evses.evse(evseId);
  }

  /** undefined when no EVSE hangs on it. */
  station(stationId: StationId): Station | undefined {
    return this.#evses.station(stationId);
  }

  /** undefined when no such session runs there. */
  withTransaction(stationId: StationId, transactionId: string): EvseRecord | undefined {
    return this.#evses.withTransaction(stationId, transactionId);
  }

  isOnline(stationId: StationId): boolean {
    return this.#evses.isOnline(stationId);
  }

  /** How far its clock is ahead of ours; undefined as long as it told too little. */
  clockSkewMs(stationId: StationId): number | undefined {
    return this.#evses.clockSkewMs(stationId);
  }

  /** Who is at an EVSE. Before its first status a session may run there that we do not know. */
  presence(evseId: EvseId): Presence {
    return this.#evses.presence(evseId);
  }

  limitsOn(node: CircuitId | AreaId): readonly GridLimit[] {
    return this.#limits.on(node);
  }

  limits(): readonly GridLimit[] {
    return this.#limits.all();
  }

  sessions(): readonly Session[] {
    return this.#evses.sessions();
  }

  /** Who stopped a site by hand; undefined while it runs. */
  stopOf(siteId: SiteId): SiteStop | undefined {
    return this.#stops.get(siteId);
  }

  // --- writing -------------------------------------------------------------------------------------

  applyReading(reading: Reading): void {
    const known = this.#circuits.get(reading.circuitId);
    if (known === undefined) return;
    const arrivedAtMs = this.stillness.arrivedAtMs(this.#ports.clock.monotonicMs());
    const outcome = this.meters.take(reading, known, arrivedAtMs);
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

  /** What an earlier process learnt about a station. */
  adoptDevice(id: StationId, device: KeptDevice): void {
    this.#evses.adoptDevice(id, device);
  }

  /** A charge that an earlier process ended, which is to begin again. */
  adoptInterrupted(id: EvseId, charge: InterruptedCharge): void {
    this.#evses.adoptInterrupted(id, charge);
  }

  /** The station of an EVSE was asked to begin its interrupted charge again. */
  askedToBegin(id: EvseId): void {
    noteAsked(this.#evses, this.#evses.evse(id));
  }

  /** A session that ran when an earlier process ended: it may still run. */
  adoptSession(session: Session): void {
    this.#evses.adoptSession(session);
  }

  /** undefined when no such session runs. */
  changeSession(id: SessionId, wish: SessionWish): Session | undefined {
    return this.#evses.changeSession(id, wish);
  }

  applyStationEvent(event: StationEvent): void {
    applyStationEvent(this.#evses, event);
  }

  applyAnswer(answer: CommandAnswer): void {
    applyAnswer(this.#evses, answer);
  }

  /** Time passes for cars that wait for their charge to begin again. */
  followWaiting(): void {
    for (const record of this.#evses.all()) noteWaiting(this.#evses, record);
  }

  /** Commands that nobody told the fate of count as unanswered. */
  failOverdueCommands(): void {
    failOverdueCommands(this.#evses);
  }
}
