import type { Clock } from '../control/ports.ts';
import type { CircuitId, EvseId, StationId } from '../domain/ids.ts';
import { noAmps, type PhaseAmps } from '../domain/phases.ts';
import type { Evse, Site } from '../domain/site.ts';
import { loadCount, starVolts } from '../domain/supply.ts';
import type { Logger } from '../log.ts';
import type { Arrival } from './arrivals.ts';
import type { Background } from './building.ts';
import { flowParts, lineAmps } from './lines.ts';
import { type BrokerOptions, circuitAmps, MeterPublisher, type SimulatedMeterOptions } from './meter.ts';
import type { Quirks } from './quirks.ts';
import { createRandom, streamSeed } from './random.ts';
import { StationClient } from './stationClient.ts';
import type { StationCodec } from './stationCodec.ts';
import { drawnAmps, findEvse, measurands } from './stationState.ts';
import { v16 } from './v16.ts';
import { v201 } from './v201.ts';

export interface SimulatedSiteOptions {
  readonly site: Site;
  readonly seed: number;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where stations connect, without their id: `ws://127.0.0.1:9000/ocpp`. */
  readonly ocppUrl: string;
  readonly broker: BrokerOptions;
  readonly meters: readonly SimulatedMeterOptions[];
  /** A circuit without one has no background load of its own. On IT it is what flows between L1-L2, L2-L3, L3-L1. */
  readonly backgrounds: ReadonlyMap<CircuitId, Background>;
  readonly arrivals: readonly Arrival[];
  readonly protocolOf: (station: StationId) => StationProtocol;
  readonly passwordOf: (station: StationId) => string | undefined;
  /** Left away: every station keeps to the specification. */
  readonly quirksOf?: (station: StationId) => Quirks;
  /** How stations are simulated and behave; times are on the clock, so a fast clock needs longer ones. */
  readonly stationTiming: StationTiming;
}

export type StationProtocol = 'ocpp1.6' | 'ocpp2.0.1';

interface StationTiming {
  readonly stepMs: number;
  readonly meterIntervalS: number;
  readonly callTimeoutMs: number;
  readonly reconnectMs: { readonly min: number; readonly max: number };
}

/** Fit for real time. */
export const realTimeStations: StationTiming = {
  stepMs: 250,
  meterIntervalS: 5,
  callTimeoutMs: 30_000,
  reconnectMs: { min: 1_000, max: 30_000 },
};

/** What really flows: for judging, never for controlling. */
interface SiteTruth {
  readonly atMs: number;
  readonly circuits: readonly CircuitTruth[];
  readonly evses: readonly EvseTruth[];
}

interface CircuitTruth {
  readonly id: CircuitId;
  readonly breakerAmps: number;
  readonly amps: PhaseAmps;
  readonly backgroundAmps: PhaseAmps;
}

interface EvseTruth {
  readonly id: EvseId;
  readonly offeredAmps: number;
  readonly amps: PhaseAmps;
}

/** What one car came for and got. Of a car that is still there: so far. */
interface CarVisit {
  readonly evseId: EvseId;
  readonly arrivedAtMs: number;
  readonly leftAtMs: number | undefined;
  readonly wantedWh: number;
  readonly deliveredWh: number;
}

interface SiteEnergy {
  readonly wantedWh: number;
  readonly deliveredWh: number;
  readonly visits: readonly CarVisit[];
  /** Cars that found their EVSE taken. */
  readonly turnedAway: number;
}

const codecs: Record<StationProtocol, StationCodec> = { 'ocpp1.6': v16, 'ocpp2.0.1': v201 };
const heartbeatIntervalS = 300;

interface Move {
  readonly atMs: number;
  readonly kind: 'arrive' | 'leave';
  readonly arrival: Arrival;
}

/** The far side of every wire of a site: stations with cars, a building, meters. */
export class SimulatedSite {
  readonly #options: SimulatedSiteOptions;
  readonly #stations: ReadonlyMap<StationId, StationClient>;
  readonly #meters: MeterPublisher;
  /** The cars that are there. */
  readonly #present = new Map<EvseId, { readonly arrival: Arrival; readonly arrivedAtMs: number }>();
  readonly #departed: CarVisit[] = [];
  #moves: readonly Move[] = [];
  /** How many of them are done. */
  #moved = 0;
  #turnedAway = 0;
  #isStopped = false;
  #cancelMove = (): void => {};

  constructor(options: SimulatedSiteOptions) {
    const { site, seed, broker, meters, clock, log } = options;
    this.#options = options;
    // A name that is not in the site is a mistake to hear of now, not when the car comes.
    for (const { evseId } of options.arrivals) this.#evse(evseId);
    this.#stations = new Map(
      [...new Set(site.evses.map((evse) => evse.station))].map((id) => [id, createClient(options, id)]),
    );
    this.#meters = new MeterPublisher({
      broker,
      clientId: `simulated-${site.id}-${seed}`,
      meters,
      read: (circuit) => this.#metered(circuit),
      phaseVolts: starVolts(site.supply),
      clock,
      log,
    });
  }

  /** Returns once the meters publish; the stations connect meanwhile, and again whenever they must. */
  async start(): Promise<void> {
    const startedAtMs = this.#options.clock.monotonicMs();
    this.#moves = moves(this.#options.arrivals, startedAtMs);
    for (const station of this.#stations.values()) station.start();
    await this.#meters.start();
    if (!this.#isStopped) this.#move();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancelMove();
    await Promise.all([
      this.#meters.stop(),
      ...[...this.#stations.values()].map((station) => station.stop()),
    ]);
  }

  truth(): SiteTruth {
    const { site, clock } = this.#options;
    const flowing = this.#flowing();
    const background = this.#flowing(() => noAmps);
    return {
      atMs: clock.nowMs(),
      circuits: site.circuits.map(({ id, breakerAmps }) => ({
        id,
        breakerAmps,
        amps: flowing.get(id) ?? noAmps,
        backgroundAmps: background.get(id) ?? noAmps,
      })),
      evses: site.evses.map((evse) => ({
        id: evse.id,
        offeredAmps: this.#evseState(evse)?.offeredAmps ?? 0,
        amps: lineAmps(site.supply, this.#evseParts(evse)),
      })),
    };
  }

  energy(): SiteEnergy {
    const visits = [...this.#departed, ...[...this.#present.keys()].map((id) => this.#visit(id))];
    return {
      wantedWh: visits.reduce((sum, visit) => sum + visit.wantedWh, 0),
      deliveredWh: visits.reduce((sum, visit) => sum + visit.deliveredWh, 0),
      visits,
      turnedAway: this.#turnedAway,
    };
  }

  /** One station, for what a scenario does to it. */
  station(id: StationId): StationClient {
    return required(this.#stations.get(id), `station ${id}`);
  }

  /** Does what is due, and waits for the next. */
  #move(): void {
    const { clock } = this.#options;
    const nowMs = clock.monotonicMs();
    for (let next = this.#moves[this.#moved]; next !== undefined; next = this.#moves[this.#moved]) {
      if (next.atMs > nowMs) {
        this.#cancelMove = clock.after(next.atMs - nowMs, () => this.#move());
        return;
      }
      this.#moved += 1;
      if (next.kind === 'arrive') this.#arrive(next.arrival);
      else this.#leave(next.arrival);
    }
  }

  #arrive(arrival: Arrival): void {
    const { evseId, car, token } = arrival;
    if (this.#present.has(evseId)) {
      this.#turnedAway += 1;
      return;
    }
    const evse = this.#evse(evseId);
    this.#present.set(evseId, { arrival, arrivedAtMs: this.#options.clock.nowMs() });
    this.station(evse.station).plugIn(evse.number, car, token);
  }

  #leave(arrival: Arrival): void {
    const { evseId } = arrival;
    if (this.#present.get(evseId)?.arrival !== arrival) return;
    const evse = this.#evse(evseId);
    const car = this.station(evse.station).unplug(evse.number);
    this.#departed.push({ ...this.#visit(evseId, car), leftAtMs: this.#options.clock.nowMs() });
    this.#present.delete(evseId);
  }

  #visit(evseId: EvseId, car = this.#evseState(this.#evse(evseId))?.car): CarVisit {
    const { arrival, arrivedAtMs } = required(this.#present.get(evseId), `a car at ${evseId}`);
    const { needWh: wantedWh } = arrival.car;
    return { evseId, arrivedAtMs, leftAtMs: undefined, wantedWh, deliveredWh: car?.deliveredWh ?? 0 };
  }

  #evse(id: EvseId): Evse {
    const found = this.#options.site.evses.find((evse) => evse.id === id);
    return required(found, `EVSE ${id} of an arrival in site ${this.#options.site.id}`);
  }

  #evseState(evse: Evse) {
    return findEvse(this.station(evse.station).station, evse.number);
  }

  /** In parts that add up; so is what flows in circuits until it is shown. */
  #evseParts(evse: Evse): PhaseAmps {
    const state = this.#evseState(evse);
    return state === undefined ? noAmps : flowParts(this.#options.site.supply, evse.wiring, drawnAmps(state));
  }

  #flowing(evseAmps = (id: EvseId) => this.#evseParts(this.#evse(id))): ReadonlyMap<CircuitId, PhaseAmps> {
    const { site, backgrounds, clock } = this.#options;
    const nowMs = clock.nowMs();
    const parts = circuitAmps(site, evseAmps, (id) => backgrounds.get(id)?.(nowMs) ?? noAmps);
    return new Map([...parts].map(([id, amps]) => [id, lineAmps(site.supply, amps)]));
  }

  /** What the meter of a circuit counts. */
  #metered(circuit: CircuitId): PhaseAmps {
    const meter = this.#options.site.circuits.find(({ id }) => id === circuit)?.meter;
    const flowing = meter?.measures === 'background' ? this.#flowing(() => noAmps) : this.#flowing();
    return required(flowing.get(circuit), `circuit ${circuit} of a meter`);
  }
}

function createClient(options: SimulatedSiteOptions, id: StationId): StationClient {
  const { site, seed, clock, log, ocppUrl, protocolOf, passwordOf, stationTiming } = options;
  const quirks = options.quirksOf?.(id);
  const { meterIntervalS, ...timing } = stationTiming;
  const codec = codecs[protocolOf(id)];
  const evses = site.evses.filter((evse) => evse.station === id);
  return new StationClient({
    ...timing,
    model: {
      stationId: id,
      vendor: 'Lastvakt',
      model: 'Simulated',
      phaseVolts: site.supply.phaseVolts,
      evses: evses.map(({ number, wiring, maxAmps }) => ({
        number,
        conductorCount: loadCount(site.supply, wiring),
        maxAmps,
      })),
      firmware: codec.firmware,
      ...(quirks !== undefined && { quirks }),
      settings: { meterIntervalS, heartbeatIntervalS, measurands },
    },
    codec,
    url: ocppUrl,
    password: passwordOf(id),
    clock,
    random: createRandom(streamSeed(seed, id)),
    log,
  });
}

/** Who comes and goes, in order. Who leaves at the instant another arrives leaves first. */
const moves = (arrivals: readonly Arrival[], startedAtMs: number): readonly Move[] =>
  arrivals
    .flatMap((arrival): readonly Move[] => {
      const atMs = startedAtMs + arrival.afterMs;
      return [
        { atMs: atMs + arrival.staysMs, kind: 'leave', arrival },
        { atMs, kind: 'arrive', arrival },
      ];
    })
    .toSorted((a, b) => a.atMs - b.atMs || (a.kind === b.kind ? 0 : a.kind === 'leave' ? -1 : 1));

function required<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the simulation has no ${what}`);
  return value;
}
