import { setImmediate as nextTurn } from 'node:timers/promises';
import { every } from '../../domain/every.ts';
import { instantMs } from '../../domain/instant.ts';
import type { OscpConfig } from '../../domain/oscpConfig.ts';
import type { Logger } from '../../log.ts';
import type { HeardLimit, PromptGridPorts } from '../gridPorts.ts';
import { accessTokens } from './accessTokens.ts';
import { GroupForecasts, type OscpGroup } from './forecasts.ts';
import type { GridStates } from './gridStates.ts';
import {
  OscpRefusal,
  type RequiredBehaviour,
  readForecast,
  readHandshake,
  readHeartbeat,
  readRegister,
  requiredBehaviour,
} from './messages.ts';
import { Peer, type PeerAccess } from './peer.ts';
import { RecentRequests } from './recentRequests.ts';
import { peerPolicy, Registration } from './registration.ts';
import { Reports, type WishedPower } from './reports.ts';
import type { SegmentPlace } from './segments.ts';
import { sha256 } from './tokens.ts';

export interface OscpOptions {
  readonly connectionId: string;
  readonly config: OscpConfig;
  readonly boundary: HeardLimit['boundary'];
  readonly groups: readonly OscpGroup[];
}

export interface OscpPorts {
  readonly grid: PromptGridPorts;
  readonly states: GridStates;
  readonly wishedPower: WishedPower;
}

export type OscpAction =
  | 'register'
  | 'update registration'
  | 'unregister'
  | 'handshake'
  | 'handshake acknowledge'
  | 'heartbeat'
  | 'forecast';

/** A message from the peer, its token already found to be good. */
export interface IncomingMessage {
  readonly action: OscpAction;
  readonly requestId: string;
  readonly correlationId: string | undefined;
  readonly place: SegmentPlace | undefined;
  readonly body: string;
}

/** What is to be done once the answer is on its way: OSCP answers first and calls back then. */
export type Afterwards = () => void;

/** Messages that wait to become durable. */
const waitingMax = 64;
/** We are offline for the peer when so many heartbeats are missing. */
const missedHeartbeats = 3;
const acknowledgeAttempts = 8;
const handshakeAttempts = 8;
const nothing: Afterwards = () => {};

/** One capacity provider, for which we are the Flexibility Provider. */
export class OscpConnection {
  readonly #options: OscpOptions;
  readonly #grid: PromptGridPorts;
  readonly #states: GridStates;
  readonly #wishedPower: WishedPower;
  readonly #log: Logger;
  readonly #registration: Registration;
  readonly #forecasts: GroupForecasts;
  readonly #peer: Peer;
  readonly #reports: Reports;
  readonly #recent = new RecentRequests();
  /** Messages that are not durable yet, by request. */
  readonly #underWay = new Map<string, { readonly hash: string; readonly acted: Promise<unknown> }>();
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();
  #cancels: (() => void)[] = [];
  #ends: (() => void)[] = [];
  /** Of a handshake of ours that was not acknowledged yet, on the monotonic clock. */
  #offeredAtMs: number | undefined;

  private constructor(options: OscpOptions, { grid, states, wishedPower }: OscpPorts) {
    const { connectionId, config, boundary, groups } = options;
    this.#options = options;
    this.#grid = grid;
    this.#states = states;
    this.#wishedPower = wishedPower;
    this.#log = grid.log.child({ connectionId });
    const { clock, random } = grid;
    const log = this.#log;
    this.#registration = new Registration(connectionId, config, { states, clock, log });
    this.#forecasts = new GroupForecasts({ ...config, connectionId, boundary, groups }, grid, states);
    this.#peer = new Peer({ ...this.#access(), clock, log, random, policy: peerPolicy(config) });
    this.#reports = new Reports({ config, groups, forecasts: this.#forecasts, peer: this.#peer }, grid);
  }

  /** Takes up where an earlier process ended. Rejects when what it stored cannot be read. */
  static async start(options: OscpOptions, ports: OscpPorts): Promise<OscpConnection> {
    const connection = new OscpConnection(options, ports);
    await connection.#begin();
    return connection;
  }

  admits(token: string, action: OscpAction): boolean {
    return this.#registration.admits(token, action === 'register');
  }

  /**
   * Acts on a message. Resolves when what it says is durable; throws an OscpRefusal that the peer gets. In the order of
   * their coming: a forecast is in force before the next message is looked at, and those that come at once reach the
   * disk together; everything else waits for the one before. One that was heard already is answered and not acted on again.
   */
  async receive(message: IncomingMessage): Promise<Afterwards> {
    if (this.#waiting >= waitingMax) throw new OscpRefusal(503, 'too many messages at once: send it again');
    this.#waiting += 1;
    const begun = this.#last.then(() => ({ acted: this.#once(message) }));
    this.#last = begun.then(async ({ acted }) => {
      if (message.action === 'forecast') return;
      await acted.catch(() => undefined);
      // An embedded database answers without a turn of the event loop: everybody else gets one.
      await nextTurn();
    });
    try {
      const { acted } = await begun;
      return await acted;
    } finally {
      this.#waiting -= 1;
    }
  }

  /** Ends heartbeats and reports. May be called twice. */
  stop(): void {
    for (const end of [...this.#cancels, ...this.#ends]) end();
    this.#cancels = [];
    this.#ends = [];
    this.#peer.stop();
  }

  async #begin(): Promise<void> {
    const { connectionId, config, boundary } = this.#options;
    const documents = await this.#states.gridStates(connectionId);
    this.#registration.adopt(documents);
    this.#forecasts.adopt(documents);
    for (const { requestId, sha256: hash } of this.#forecasts.recent())
      this.#recent.remember(requestId, hash);

    this.#ends.push(
      this.#grid.onProgress((progress) => {
        if (progress.connectionId === connectionId) this.#reports.follow(progress);
      }),
    );
    if (config.adjustS > 0 && !this.#isVector) {
      this.#ends.push(
        every(this.#grid.clock, config.adjustS * 1000, () => this.#reports.wish(this.#wishedPower, boundary)),
      );
    }
    const { behaviour } = this.#registration;
    if (behaviour !== undefined) this.#behave(behaviour);
    if (this.#isVector) this.#offerHandshake();
  }

  async #once(message: IncomingMessage): Promise<Afterwards> {
    const { requestId, action, body } = message;
    const hash = sha256(`${action}\n${body}`);
    if (this.#recent.isReplay(requestId, hash)) {
      this.#log.info({ requestId, action }, 'message heard before, not acted on again');
      return nothing;
    }
    const twin = this.#underWay.get(requestId);
    if (twin !== undefined) {
      if (twin.hash !== hash) throw new OscpRefusal(400, 'this X-Request-ID named another message already');
      await twin.acted;
      return nothing;
    }
    const acted = this.#act(message, hash);
    this.#underWay.set(requestId, { hash, acted });
    try {
      const afterwards = await acted;
      this.#recent.remember(requestId, hash);
      return afterwards;
    } finally {
      this.#underWay.delete(requestId);
    }
  }

  async #act(message: IncomingMessage, hash: string): Promise<Afterwards> {
    const { action, requestId, correlationId, place, body } = message;
    if (place !== undefined && action !== 'forecast') {
      throw new OscpRefusal(400, 'only forecasts may come in segments');
    }
    switch (action) {
      case 'register':
      case 'update registration': {
        const method = action === 'register' ? 'POST' : 'PUT';
        const complete = await this.#registration.register(readRegister(body), method);
        return () => complete(this.#peer, requestId);
      }
      case 'unregister':
        await this.#registration.unregister();
        this.#rest();
        return nothing;
      case 'handshake':
        return this.#shakeHands(requiredBehaviour(readHandshake(body)), requestId);
      case 'handshake acknowledge':
        if (this.#offeredAtMs === undefined)
          throw new OscpRefusal(400, 'there was no handshake to acknowledge');
        return this.#acknowledged(requiredBehaviour(readHandshake(body)));
      case 'heartbeat':
        await this.#heartbeat(readHeartbeat(body).offline_mode_at);
        return nothing;
      case 'forecast': {
        const forecast = readForecast(body);
        await this.#forecasts.hear({ forecast, requestId, correlationId, place, sha256: hash, raw: body });
        return nothing;
      }
      default:
        return action satisfies never;
    }
  }

  async #shakeHands(behaviour: RequiredBehaviour, correlationId: string): Promise<Afterwards> {
    await this.#inTouch(behaviour);
    return () => {
      const message = { path: 'handshake_acknowledge', body: this.#requirement(), correlationId };
      void this.#peer.deliver({ ...message, attempts: acknowledgeAttempts });
      this.#behave(behaviour);
    };
  }

  async #acknowledged(behaviour: RequiredBehaviour): Promise<Afterwards> {
    this.#offeredAtMs = undefined;
    await this.#inTouch(behaviour);
    return () => this.#behave(behaviour);
  }

  /** Until the first heartbeat a handshake vouches as long as we give heartbeats. */
  async #inTouch(behaviour: RequiredBehaviour): Promise<void> {
    const { connectionId, config } = this.#options;
    const offlineAtMs = this.#grid.clock.nowMs() + missedHeartbeats * config.heartbeatS * 1000;
    await this.#registration.shookHands(behaviour, offlineAtMs);
    // What it forecasted stands. A provider that never did has not told what it wants.
    if (this.#forecasts.hasAny) this.#grid.resynchronised(connectionId);
    this.#grid.heartbeat(connectionId, offlineAtMs);
    this.#log.info({ ...behaviour }, 'capacity provider shook hands');
  }

  async #heartbeat(text: string): Promise<void> {
    const { clock } = this.#grid;
    const { connectionId, config } = this.#options;
    const toldMs = instantMs(text);
    if (toldMs === undefined) throw new OscpRefusal(400, '/offline_mode_at must be a date-time with a zone');
    if (toldMs <= clock.nowMs()) {
      throw new OscpRefusal(400, '/offline_mode_at is over already: do the clocks differ?');
    }
    if (this.#registration.behaviour === undefined || this.#registration.isOffline) {
      if (this.#isVector) this.#offerHandshake();
      throw new OscpRefusal(409, 'a handshake must come first');
    }
    const offlineAtMs = Math.min(toldMs, clock.nowMs() + config.offlineMaxS * 1000);
    await this.#registration.vouchedUntil(offlineAtMs);
    this.#grid.heartbeat(connectionId, offlineAtMs);
  }

  /** Does from now on what the peer asked for in its handshake. */
  #behave(behaviour: RequiredBehaviour): void {
    this.#rest();
    const { clock } = this.#grid;
    const { heartbeatIntervalMs, isContinuous, isIntermittent } = behaviour;
    if (heartbeatIntervalMs !== undefined) {
      const beat = (): void => {
        const offlineAtMs = clock.nowMs() + missedHeartbeats * heartbeatIntervalMs;
        const body = { offline_mode_at: new Date(offlineAtMs).toISOString() };
        void this.#peer.deliver({ path: 'heartbeat', body, attempts: 1 });
      };
      this.#cancels.push(every(clock, heartbeatIntervalMs, beat));
      beat();
    }
    const { measurementS } = this.#options.config;
    if (isContinuous || isIntermittent || this.#isVector) {
      this.#cancels.push(every(clock, measurementS * 1000, () => this.#reports.measure(behaviour)));
    }
  }

  #rest(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancels = [];
  }

  /** We begin, where the profile lets either side do so. */
  #offerHandshake(): void {
    const nowMs = this.#grid.clock.monotonicMs();
    const againMs = this.#options.config.heartbeatS * 1000;
    if (this.#offeredAtMs !== undefined && nowMs - this.#offeredAtMs < againMs) return;
    this.#offeredAtMs = nowMs;
    const message = { path: 'handshake', body: this.#requirement(), attempts: handshakeAttempts };
    void this.#peer.deliver(message);
  }

  /** What we want of the peer: heartbeats, and no measurements. */
  #requirement(): object {
    const { heartbeatS } = this.#options.config;
    return { required_behaviour: { heartbeat_interval: heartbeatS, measurement_configuration: [] } };
  }

  get #isVector(): boolean {
    return this.#options.config.vector !== undefined;
  }

  #access(): Pick<ConstructorParameters<typeof Peer>[0], 'access' | 'tokens'> {
    const { config } = this.#options;
    const { vector } = config;
    if (vector === undefined) return { access: async () => this.#registration.access() };
    const tokens = accessTokens({ ...vector, policy: peerPolicy(config) }, this.#grid.clock);
    const access = async (): Promise<PeerAccess> => {
      const token = await tokens.token();
      const headers = { 'fp-id': vector.fpId, apikey: vector.apiKey, 'x-access-token': token };
      return { url: vector.baseUrl.replace(/\/+$/, ''), authorization: `Bearer ${token}`, headers };
    };
    return { access, tokens };
  }
}
