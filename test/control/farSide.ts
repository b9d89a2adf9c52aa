import type { CommandAnswer, StationCommand } from '../../src/control/ports.ts';
import type { EvseId, StationId } from '../../src/domain/ids.ts';
import type { Evse } from '../../src/domain/site.ts';
import type { EvseStatus, StationEvent } from '../../src/domain/stationEvent.ts';
import type { VirtualClock } from '../virtualClock.ts';

/**
 * How a station takes commands. `rejects` refuses setpoints, `rejects all` the end and begin of a session too, `silent` loses them, `deaf` applies them but its answer is lost, `ignores` says
 * yes and does nothing, `ignores leases` does so with what is meant for one EVSE, `ignores profiles` with all but the end and begin of a session.
 */
export type Manner =
  | 'obeys'
  | 'rejects'
  | 'rejects all'
  | 'silent'
  | 'deaf'
  | 'ignores'
  | 'ignores leases'
  | 'ignores profiles';

/** A car follows a lower offer this late and a higher one at once: the worst the standard allows [IEC 61851-1: 5 s]. */
const followLowerMs = 5_000;
/** Of every site that is told of here. */
const phaseVolts = 230;

/** One EVSE as it really is, whatever the service believes. */
export interface RealEvse {
  readonly evse: Evse;
  /** The standing TxDefaultProfile it holds. */
  standingAmps: number | undefined;
  lease: { transactionId: string; setpointAmps: number; tailAmps: number; endsAtMs: number } | undefined;
  transactionId: string | undefined;
  hasCar: boolean;
  /** Whose car it is. */
  tokenId: string | undefined;
  /** What its driver switched on there: it prevails over standing profile and lease. */
  priorityAmps: number | undefined;
  /** What the car would take. */
  wantsAmps: number;
  /** How many of its EVSE's conductors the car uses, the first ones. */
  conductors: number;
  /** A car that takes this much of what is offered; above 1 it takes more than it may. */
  takesShare: number;
  drawAmps: number;
  /** Taken by this car so far. */
  energyWh: number;
  /** Recent offers, newest first, each with the instant at which it ended. */
  offers: { amps: number; untilMs: number }[];
}

export interface RealStation {
  readonly id: StationId;
  readonly evses: readonly RealEvse[];
  isOnline: boolean;
  manner: Manner;
  /** It said yes and did nothing: no ledger can know what is in force there. */
  hasLied: boolean;
  /** A bound on all its EVSEs together. */
  maximum: { amps: number; endsAtMs: number } | undefined;
  /** How long a command takes to the station, and its answer back. */
  delayMs: number;
  /** Its clock is ahead of ours by this, so its leases end earlier. */
  clockAheadMs: number;
}

export interface FarSideOptions {
  readonly callTimeoutMs: number;
  /** How many loads a car can be there, each with a current the station tells. */
  loadsOf(evse: Evse): number;
}

/** Stations and cars, at the other end of the wire: they take commands, fall back by themselves, and draw. */
export class FarSide {
  readonly stations: readonly RealStation[];
  readonly #clock: VirtualClock;
  readonly #options: FarSideOptions;
  readonly #evses: ReadonlyMap<EvseId, { readonly station: RealStation; readonly real: RealEvse }>;
  /** Who hears of events and answers: the running service, another one after a restart. */
  #service: { onEvent(event: StationEvent): void; onAnswer(answer: CommandAnswer): void } | undefined;
  /** What stations could not tell while they were offline, and tell when they are back. */
  readonly #untold = new Map<StationId, NewsOf<StationEvent>[]>();
  #steppedAtMs = 0;
  readonly #onTheWay = new Map<StationId, Set<() => void>>();

  constructor(evses: readonly Evse[], clock: VirtualClock, options: FarSideOptions) {
    this.#clock = clock;
    this.#options = options;
    this.stations = [...new Set(evses.map(({ station }) => station))].map((id) => ({
      id,
      evses: evses.filter(({ station }) => station === id).map(newEvse),
      isOnline: false,
      manner: 'obeys' as const,
      hasLied: false,
      maximum: undefined,
      delayMs: 50,
      clockAheadMs: 0,
    }));
    this.#evses = new Map(
      this.stations.flatMap((station) => station.evses.map((real) => [real.evse.id, { station, real }])),
    );
  }

  evse(id: EvseId): RealEvse {
    return this.#at(id).real;
  }

  station(id: EvseId): RealStation {
    return this.#at(id).station;
  }

  /** From now on this service is the one the stations talk to. */
  talkTo(service: { onEvent(event: StationEvent): void; onAnswer(answer: CommandAnswer): void }): void {
    this.#service = service;
  }

  connect(station: RealStation): void {
    station.isOnline = true;
    this.#tell(station, { kind: 'connected', protocol: 'ocpp1.6' });
    for (const { evse, hasCar } of station.evses) {
      const status = hasCar ? 'occupied' : 'available';
      this.#tell(station, { kind: 'evse status', evseNumber: evse.number, status, fault: undefined });
    }
    for (const news of this.#untold.get(station.id) ?? []) this.#tell(station, news);
    this.#untold.delete(station.id);
  }

  disconnect(station: RealStation): void {
    if (!station.isOnline) return;
    station.isOnline = false;
    // Calls that wait for their answer when the socket closes are in doubt.
    for (const settle of [...(this.#onTheWay.get(station.id) ?? [])]) settle();
    this.#tell(station, { kind: 'disconnected' });
  }

  /** The station starts anew. Its car goes on charging; what it was told may be gone. */
  reboot(station: RealStation, keeps: 'profiles' | 'nothing'): void {
    this.disconnect(station);
    if (keeps === 'nothing') {
      for (const real of station.evses) {
        real.standingAmps = undefined;
        real.lease = undefined;
      }
    }
    this.connect(station);
    const hardware = { vendor: 'Test', model: 'One', serialNumber: undefined, firmware: undefined };
    this.#tell(station, { kind: 'booted', hardware });
  }

  plugIn(id: EvseId, wantsAmps: number, transactionId: string, tokenId?: string): void {
    const { station, real } = this.#at(id);
    Object.assign(real, { hasCar: true, tokenId, wantsAmps, conductors: 3 });
    this.#tellStatus(station, real, 'occupied');
    this.#begin(station, real, transactionId);
  }

  #begin(station: RealStation, real: RealEvse, transactionId: string): void {
    Object.assign(real, { transactionId, energyWh: 0 });
    const { tokenId } = real;
    const startedAtMs = this.#clock.nowMs();
    const evseNumber = real.evse.number;
    this.#tell(station, { kind: 'session started', evseNumber, transactionId, tokenId, startedAtMs });
  }

  unplug(id: EvseId): void {
    const { station, real } = this.#at(id);
    if (!real.hasCar) return;
    this.#end(station, real, 'EVDisconnected');
    Object.assign(real, { hasCar: false, wantsAmps: 0 });
    this.#tellStatus(station, real, 'available');
  }

  #end(station: RealStation, real: RealEvse, reason: string): void {
    const { transactionId } = real;
    if (transactionId === undefined) return;
    Object.assign(real, {
      transactionId: undefined,
      priorityAmps: undefined,
      lease: undefined,
      drawAmps: 0,
      offers: [],
    });
    const endedAtMs = this.#clock.nowMs();
    this.#tell(station, { kind: 'session ended', transactionId, reason, endedAtMs, energyWh: undefined });
  }

  #tellStatus(station: RealStation, { evse }: RealEvse, status: EvseStatus): void {
    this.#tell(station, { kind: 'evse status', evseNumber: evse.number, status, fault: undefined });
  }

  /** Its driver presses the button for priority. */
  askPriority(id: EvseId, amps: number | undefined): void {
    const { station, real } = this.#at(id);
    real.priorityAmps = amps;
    if (real.transactionId === undefined) return;
    const { transactionId } = real;
    this.#tell(station, { kind: 'priority changed', transactionId, isActive: amps !== undefined });
  }

  measure(real: RealEvse): void {
    const { station } = this.#at(real.evse.id);
    if (real.transactionId === undefined) return;
    this.#tell(station, {
      kind: 'measured',
      evseNumber: real.evse.number,
      transactionId: real.transactionId,
      takenAtMs: this.#clock.nowMs() + station.clockAheadMs,
      amps: Array.from({ length: this.#options.loadsOf(real.evse) }, (_, conductor) =>
        conductor < real.conductors ? real.drawAmps : 0,
      ),
      isPerPhase: true,
      powerWatts: undefined,
      energyWh: real.energyWh,
      offeredAmps: undefined,
      stateOfChargePercent: undefined,
    });
  }

  send(command: StationCommand): void {
    const { station, real } = this.#at(command.evseId);
    const service = this.#service;
    const { stationId, evseId, epoch, sequence } = command;
    const answer = (outcome: CommandAnswer['outcome']): void =>
      service?.onAnswer({
        stationId,
        evseId,
        epoch,
        sequence,
        atMs: this.#clock.nowMs(),
        outcome,
        reason: outcome,
      });
    const { manner, delayMs } = station;
    if (!station.isOnline) {
      this.#clock.after(0, () => answer('unsent'));
      return;
    }
    const settle = this.#settling(station.id, answer);
    // What is on the wire arrives even when the socket closes before the answer.
    if (manner === 'obeys' || manner === 'deaf')
      this.#clock.after(delayMs, () => this.#apply(station, real, command));
    const isOfSession = command.kind === 'remote stop' || command.kind === 'remote start';
    const isForAll = command.kind === 'station maximum' || isOfSession;
    if (
      (manner === 'ignores leases' && isForAll) ||
      ((manner === 'rejects' || manner === 'ignores profiles') && isOfSession)
    )
      this.#clock.after(delayMs, () => this.#apply(station, real, command));
    if (manner.startsWith('ignores')) station.hasLied = true;
    const isAnswered = manner !== 'silent' && manner !== 'deaf';
    const isRefused = manner === 'rejects all' || (manner === 'rejects' && !isOfSession);
    if (isAnswered) this.#clock.after(2 * delayMs, () => settle(isRefused ? 'rejected' : 'accepted'));
    this.#clock.after(this.#options.callTimeoutMs, () => settle('timed-out'));
  }

  /** Whichever comes first is the answer: the station's, the end of the connection, or the timeout. */
  #settling(
    id: StationId,
    answer: (outcome: CommandAnswer['outcome']) => void,
  ): (outcome: CommandAnswer['outcome']) => void {
    const open = this.#onTheWay.get(id) ?? new Set();
    this.#onTheWay.set(id, open);
    let isOpen = true;
    const settle = (outcome: CommandAnswer['outcome']): void => {
      if (!isOpen) return;
      isOpen = false;
      open.delete(lost);
      answer(outcome);
    };
    const lost = (): void => settle('timed-out');
    open.add(lost);
    return settle;
  }

  #apply(station: RealStation, real: RealEvse, command: StationCommand): void {
    // It has one place for setpoints, on whichever rung they come.
    if (command.kind === 'clear') return;
    if (command.kind === 'standing') {
      real.standingAmps = command.amps;
      return;
    }
    if (command.kind === 'station maximum') {
      const { amps, durationMs } = command;
      station.maximum = { amps, endsAtMs: this.#clock.monotonicMs() + durationMs };
      return;
    }
    if (command.kind === 'remote start') {
      const { sequence, tokenId } = command;
      if (real.hasCar && real.transactionId === undefined && tokenId === real.tokenId)
        this.#begin(station, real, `again ${sequence}`);
      return;
    }
    if (command.transactionId !== real.transactionId) return;
    if (command.kind === 'end priority') {
      real.priorityAmps = undefined;
      return;
    }
    if (command.kind === 'remote stop') {
      this.#end(station, real, 'Remote');
      return;
    }
    const { transactionId, setpointAmps, tailAmps, leaseMs } = command;
    const isForEver = real.evse.traits.leaseForm === 'none';
    const endsAtMs = isForEver
      ? Number.POSITIVE_INFINITY
      : this.#clock.monotonicMs() + leaseMs - station.clockAheadMs;
    real.lease = { transactionId, setpointAmps, tailAmps, endsAtMs };
  }

  /** What the EVSE signals to its car now. */
  inForceAmps(real: RealEvse): number {
    const { maximum } = this.#at(real.evse.id).station;
    const isBounded = maximum !== undefined && this.#clock.monotonicMs() < maximum.endsAtMs;
    return Math.min(this.#profileAmps(real), isBounded ? maximum.amps : Number.POSITIVE_INFINITY);
  }

  #profileAmps({ evse, lease, standingAmps, transactionId, priorityAmps }: RealEvse): number {
    if (transactionId === undefined) return 0;
    if (priorityAmps !== undefined) return priorityAmps;
    if (lease === undefined) return standingAmps ?? evse.maxAmps;
    if (this.#clock.monotonicMs() < lease.endsAtMs) return lease.setpointAmps;
    return evse.traits.leaseForm === 'duration' ? (standingAmps ?? evse.maxAmps) : lease.tailAmps;
  }

  /** Lets the cars act on what they are offered. */
  step(): void {
    const nowMs = this.#clock.monotonicMs();
    const hours = (nowMs - this.#steppedAtMs) / 3_600_000;
    this.#steppedAtMs = nowMs;
    for (const { real } of this.#evses.values()) {
      real.energyWh +=
        real.drawAmps * Math.min(real.conductors, real.evse.wiring.length) * phaseVolts * hours;
      const offered = this.inForceAmps(real);
      real.offers = [{ amps: offered, untilMs: nowMs }, ...real.offers].filter(
        ({ untilMs }) => nowMs - untilMs < followLowerMs,
      );
      const followed = Math.max(...real.offers.map(({ amps }) => amps));
      real.drawAmps =
        real.transactionId === undefined ? 0 : Math.min(real.wantsAmps, followed * real.takesShare);
    }
  }

  #at(id: EvseId): { readonly station: RealStation; readonly real: RealEvse } {
    const found = this.#evses.get(id);
    if (found === undefined) throw new Error(`no EVSE ${id}`);
    return found;
  }

  #tell(station: RealStation, news: NewsOf<StationEvent>): void {
    if (station.isOnline || news.kind === 'disconnected') {
      this.#service?.onEvent({ ...news, stationId: station.id, atMs: this.#clock.nowMs() });
      return;
    }
    if (news.kind !== 'session started' && news.kind !== 'session ended') return;
    this.#untold.set(station.id, [...(this.#untold.get(station.id) ?? []), news]);
  }
}

type NewsOf<T> = T extends unknown ? Omit<T, 'stationId' | 'atMs'> : never;

const newEvse = (evse: Evse): RealEvse => ({
  evse,
  standingAmps: undefined,
  lease: undefined,
  transactionId: undefined,
  hasCar: false,
  tokenId: undefined,
  priorityAmps: undefined,
  wantsAmps: 0,
  conductors: 3,
  takesShare: 1,
  drawAmps: 0,
  energyWh: 0,
  offers: [],
});
