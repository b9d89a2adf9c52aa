import type { Allocation, Problem } from '../../../solver/problem.ts';
import type { TickResult } from '../../control/controlLoop.ts';
import type { CommandAnswer, StationCommand, StationLink } from '../../control/ports.ts';
import type { Topology } from '../../control/topology.ts';
import type { GridLimit, LimitSource } from '../../domain/gridLimit.ts';
import type { LimitId } from '../../domain/ids.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Area, Site } from '../../domain/site.ts';
import type { StationEvent } from '../../domain/stationEvent.ts';
import type { Call } from '../stationCodec.ts';
import type { TwinStore } from './store.ts';
import type { TwinProcess } from './twinClock.ts';

// What the twin needs of the service that it surrounds. The real one is joined outside of this folder, which keeps
// the far side of every wire free of the code it judges.

/** What is built: sites and areas, and what the service knows of time. */
export interface TwinPlace {
  readonly name: string;
  readonly sites: readonly Site[];
  readonly areas: readonly Area[];
  /** The same as index trees, one for each area and each site in none. */
  readonly topologies: readonly Topology[];
  /** How often every meter tells. */
  readonly meterMs: number;
  /** How often a station tells what a car draws. */
  readonly meterIntervalS: number;
  readonly leaseMs: number;
  readonly callTimeoutMs: number;
}

export interface ServicePorts {
  readonly process: TwinProcess;
  readonly store: TwinStore;
  readonly epoch: number;
  readonly link: StationLink;
  /** May fail or lie where the solver is to blame. */
  allocate(problem: Problem, solve: (problem: Problem) => Allocation): Allocation;
  onTick(result: TickResult): void;
  onBroken(error: unknown): void;
}

/** The service as the world sees it, as long as its process lives. */
export interface TwinService {
  applyReading(reading: Reading): void;
  applyStationEvent(event: StationEvent): void;
  applyAnswer(answer: CommandAnswer): void;
  /** The limit a request asks for when it may be accepted: in force at once, durable when the promise resolves. */
  setLimit(request: LimitAsked): { readonly limit: GridLimit; readonly kept: Promise<void> } | undefined;
  endLimit(id: LimitId): Promise<boolean>;
  /** The loop runs from now on. */
  begin(): void;
  stop(): void;
}

export interface LimitAsked {
  readonly id: LimitId;
  readonly body: unknown;
  readonly source: LimitSource;
}

export interface TwinStationClock {
  heard(toldAtMs: number, arrivedAtMs: number): void;
  readonly aheadMs: number;
}

export type TwinProtocol = 'ocpp1.6' | 'ocpp2.0.1';

export interface TwinJoints {
  start(place: TwinPlace, ports: ServicePorts): TwinService;
  /** How the service keeps track of a station's clock. */
  createStationClock(): TwinStationClock;
  /** How a command is written on the wire; `nowMs` is the station's clock as the service knows it. */
  wire(protocol: TwinProtocol, command: StationCommand, nowMs: number): Call;
  /** For the oracle: the exact allocation, without a service around it. */
  createAllocator(): (problem: Problem) => Allocation;
}
