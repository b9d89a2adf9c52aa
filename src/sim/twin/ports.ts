import type { Allocation, Problem } from '../../../solver/problem.ts';
import type { TickResult } from '../../control/controlLoop.ts';
import type { CommandAnswer, StationCommand, StationLink } from '../../control/ports.ts';
import type { Topology } from '../../control/topology.ts';
import type { GridConnection } from '../../domain/gridConnection.ts';
import type { GridLimit, LimitSource } from '../../domain/gridLimit.ts';
import type { LimitId, StationId } from '../../domain/ids.ts';
import type { Reading } from '../../domain/reading.ts';
import type { Area, Site } from '../../domain/site.ts';
import type { StationEvent } from '../../domain/stationEvent.ts';
import type { Call, StationCodec } from '../stationCodec.ts';
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
  /** The most that is kept free at a meter for steps of the background. */
  readonly marginAmps: number;
  /** To grid operators, as far as the twin plays their far side. */
  readonly connections: readonly GridConnection[];
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
  /** undefined where nobody has a connection. */
  readonly grid: TwinGrid | undefined;
  /** The loop runs from now on. */
  begin(): void;
  stop(): void;
}

/** What became of a limit that a grid operator asked for: durable once it is told. */
export type GridOutcome = 'accepted' | 'unchanged' | 'outdated' | 'refused';

/** A limit as a protocol of its own hands it on. */
export interface GridWish {
  readonly externalId: string;
  readonly version: number;
  readonly watts: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** The service's end of every connection to a grid operator. */
export interface TwinGrid {
  /** By REST or MQTT. */
  say(connectionId: string, body: object): Promise<GridOutcome>;
  hear(connectionId: string, wish: GridWish): Promise<GridOutcome>;
  /** A complete poll: everything there is. */
  hearAll(connectionId: string, wishes: readonly GridWish[]): Promise<readonly GridOutcome[]>;
  withdraw(connectionId: string, externalId: string): Promise<unknown>;
  heartbeat(connectionId: string, aliveUntilMs: number | undefined): void;
  /** After a handshake. */
  resynchronised(connectionId: string): void;
  /** The last will came. */
  gone(connectionId: string): void;
  isInTouch(connectionId: string): boolean;
}

export interface LimitAsked {
  readonly id: LimitId;
  readonly body: unknown;
  readonly source: LimitSource;
}

export type TwinProtocol = StationCodec['subprotocol'];

/** The service's end of one station's wire, as long as its process lives: what it makes of the station's calls. */
export interface TwinEar {
  /** `news` is what the call means, told once the answer is on its way. Rejects what no station may say. */
  answer(call: Call): Promise<{ readonly response: unknown; readonly news: () => readonly News[] }>;
  /** How a command is written for a station whose clock shows `stationNowMs`. */
  call(command: StationCommand, stationNowMs: number): Call;
  /** What it takes the station's clock to be ahead by. */
  readonly clockAheadMs: number;
}

export interface EarPorts {
  readonly stationId: StationId;
  readonly process: TwinProcess;
  readonly heartbeatIntervalS: number;
  /** The number of a transaction that the service names, the same whenever it is asked. */
  transactionNumber(start: string): number;
}

/** What a station told, before it is said who and when. */
export type News = StationEvent extends infer Event
  ? Event extends StationEvent
    ? Omit<Event, 'stationId' | 'atMs'>
    : never
  : never;

export interface TwinJoints {
  start(place: TwinPlace, ports: ServicePorts): TwinService;
  createEar(protocol: TwinProtocol, ports: EarPorts): TwinEar;
  /** For the oracle: the exact allocation, without a service around it. */
  createAllocator(): (problem: Problem) => Allocation;
}
