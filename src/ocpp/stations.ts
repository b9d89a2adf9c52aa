import type { StationCommand } from '../control/ports.ts';
import type { StationId } from '../domain/ids.ts';
import type { LoggedMessage } from '../domain/loggedMessage.ts';
import type { ReportBody } from '../domain/stationReport.ts';
import { CommandFence } from './commandFence.ts';
import { configured } from './configuring.ts';
import { Connection, type ConnectionLimits } from './connection.ts';
import type { Handled, StationNews } from './dialect.ts';
import { sendFollowUp } from './followUp.ts';
import {
  type Arrival,
  type KnownStation,
  knownStation,
  type Line,
  type StationsPorts,
} from './knownStation.ts';
import { liveNews } from './liveNews.ts';
import { MessageLog, type MessageLogLimits } from './messageLog.ts';
import type { StationMessage } from './messages.ts';
import type { MissingStopLimits } from './missingStops.ts';
import {
  type MessageLine,
  type Preparation,
  preparedMessage,
  preparedRequest,
  type RequestPreparation,
} from './preparedMessage.ts';
import type { ProfileBook } from './profileBook.ts';
import type { StationCall } from './proxy/relay.ts';
import { unsentReply } from './reply.ts';
import type { StationReply, StationRequest } from './requests.ts';
import { CallRefusal, type RpcAnswer } from './rpc.ts';
import { passwordRefusal } from './security/rotation.ts';
import { afterwards, type Soon } from './soon.ts';
import { stationScope } from './stationScope.ts';
import type { StationSocket } from './stationSocket.ts';

export interface StationsOptions extends ConnectionLimits, MissingStopLimits, MessageLogLimits {
  readonly heartbeatIntervalS: number;
  readonly meterIntervalS: number;
  /** How long a station has to answer when another one with its identity wants in. */
  readonly duplicateCheckMs: number;
  /** Stations that ever connected to this process. */
  readonly maxStations: number;
  /** How long a station has to boot or not before it is asked for its state. */
  readonly introductionDelayMs: number;
}

const notConnected = 'the station is not connected';
const none: readonly never[] = [];

/** All stations and the connection each has now. */
export class Stations {
  readonly #options: StationsOptions;
  readonly #ports: StationsPorts;
  readonly #known = new Map<StationId, KnownStation>();
  readonly #fence = new CommandFence();
  readonly #messages: MessageLog;

  constructor(options: StationsOptions, ports: StationsPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#messages = new MessageLog(options, ports.clock);
  }

  hasRoomFor(stationId: StationId): boolean {
    return this.#known.has(stationId) || this.#known.size < this.#options.maxStations;
  }

  /**
   * Whether somebody else is this station now: a connection from another address that answers a ping. A station whose
   * network broke comes back while its former connection still seems to stand, and gets in.
   */
  async isTaken(stationId: StationId, address: string): Promise<boolean> {
    const line = this.#known.get(stationId)?.line;
    if (line === undefined || line.address === address) return false;
    return line.connection.isAlive(this.#options.duplicateCheckMs);
  }

  /** A station that authenticated has a new connection, which replaces the one it had. */
  connected(stationId: StationId, socket: StationSocket, { dialect, address, authorization }: Arrival): void {
    const station = this.#stationFor(stationId);
    const former = station.line;
    const connection = new Connection(socket, dialect, this.#options, {
      clock: this.#ports.clock,
      log: station.log,
      answer: (action, payload, messageId) => this.#answer(station, line, { action, payload, messageId }),
      passed: (isSent, message) => station.messages.note(isSent, message),
      onClosed: () => this.#closed(station, line),
    });
    const reached = {
      connection,
      dialect,
      address,
      cancelIntroduction: this.#ports.clock.after(this.#options.introductionDelayMs, () => {
        void this.#introduce(station, line);
      }),
      askedForMeterValues: new Set<number>(),
      isConfiguring: false,
    };
    const { heartbeatIntervalS } = this.#options;
    const scope = stationScope(station, reached, { ...this.#ports, heartbeatIntervalS });
    const line: Line = { ...reached, scope };
    station.line = line;
    former?.connection.replace();
    const { subprotocol: protocol } = dialect;
    station.relay?.connect({ subprotocol: protocol, authorization, calls: connection.calls });
    station.log.info({ protocol, hasReplaced: former !== undefined }, 'station connected');
    this.#tell(station, { kind: 'connected', protocol });
  }

  /** Never throws and never waits: the answer comes to `onAnswer`, even for what cannot be sent. */
  send(command: StationCommand): void {
    const { stationId, evseId, epoch, sequence } = command;
    void this.#reply(command).then(({ outcome, reason }) => {
      const atMs = this.#ports.clock.nowMs();
      this.#ports.onAnswer({ stationId, evseId, epoch, sequence, atMs, outcome, reason });
    });
  }

  /** Never rejects: what failed is in the reply. */
  async request(stationId: StationId, request: StationRequest): Promise<StationReply> {
    const refusal = passwordRefusal(request);
    if (refusal !== undefined) return unsentReply(refusal);
    const prepared = this.prepareRequest(stationId, request);
    return prepared.kind === 'ready' ? prepared.send() : unsentReply(prepared.reason);
  }

  prepareRequest(stationId: StationId, request: StationRequest): RequestPreparation {
    const line = this.#messageLine(stationId);
    return line === undefined ? { kind: 'unsent', reason: notConnected } : preparedRequest(line, request);
  }

  /** Checks a message of the specification for the version that the station speaks now. */
  prepare(stationId: StationId, message: StationMessage): Preparation {
    const line = this.#messageLine(stationId);
    return line === undefined ? { kind: 'not connected' } : preparedMessage(line, message);
  }

  /** What charging profiles lie on a station, as far as we know; undefined before it first connected. */
  profiles(stationId: StationId): ProfileBook | undefined {
    return this.#known.get(stationId)?.profiles.book;
  }

  /** The newest messages of a station, the oldest first. */
  messages(stationId: StationId): readonly LoggedMessage[] {
    return this.#known.get(stationId)?.messages.read() ?? none;
  }

  stop(): void {
    for (const { line, history, refused, relay } of this.#known.values()) {
      relay?.disconnect();
      line?.connection.stop();
      history.stop();
      refused.stop();
    }
  }

  async #reply(command: StationCommand): Promise<StationReply> {
    const refusal = this.#fence.refusal(command);
    if (refusal !== undefined) return unsentReply(refusal);
    const known = this.#known.get(command.stationId);
    const line = known?.line;
    if (known === undefined || line === undefined) return unsentReply(notConnected);
    // A schedule is kept by the station's clock, so it is written in its time. Ours may be set: it is counted on the
    // one that runs evenly.
    const { calls } = line.connection;
    known.profiles.sending(command);
    const reply = await line.dialect.command(calls, command, () => this.#stationNowMs(known));
    known.profiles.answered(command, reply.outcome, { dialect: line.dialect, calls });
    return reply;
  }

  #messageLine(stationId: StationId): MessageLine | undefined {
    const known = this.#known.get(stationId);
    if (known?.line === undefined) return undefined;
    const own = { dialect: known.line.dialect, calls: known.line.connection.calls };
    const { profiles } = known;
    return {
      ...own,
      follow: (message) => {
        profiles.asking(message);
        return (outcome) => profiles.told(message, outcome, own);
      },
    };
  }

  #stationFor(id: StationId): KnownStation {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const station: KnownStation = knownStation(id, this.#options, {
      ...this.#ports,
      stationNowMs: () => this.#stationNowMs(station),
      tell: (news) => this.#tell(station, news),
      messages: this.#messages.station(),
      stopTransaction: (transactionId) => void this.request(id, { kind: 'remote stop', transactionId }),
    });
    this.#known.set(id, station);
    return station;
  }

  #stationNowMs({ clock }: KnownStation): number {
    return this.#ports.clock.monotonicMs() + clock.aheadMs;
  }

  #answer(station: KnownStation, line: Line, call: StationCall): Soon<RpcAnswer> {
    const { action, payload } = call;
    const { dialect, scope } = line;
    const handler = dialect.handlers.get(action);
    if (handler === undefined) {
      throw dialect.actions.has(action)
        ? new CallRefusal('NotSupported', `${action} is not for a station to call`)
        : new CallRefusal('NotImplemented', `${dialect.subprotocol} has no such action`);
    }
    const handled =
      station.relay === undefined
        ? handler(payload, scope)
        : station.relay.answer(call, (change) => handler(payload, { ...scope, ...change(scope) }));
    return afterwards(handled, (each) => this.#answered(station, line, each));
  }

  #answered(station: KnownStation, line: Line, handled: Handled<unknown>): Soon<RpcAnswer> {
    const { response: payload, facts = none } = handled;
    const answer = { payload, afterwards: () => this.#follow(station, line, handled) };
    const kept = facts.length === 0 ? undefined : station.history.take(facts);
    return kept === undefined ? answer : kept.then(() => answer);
  }

  #follow(station: KnownStation, line: Line, handled: Handled<unknown>): void {
    const { news = none, reports = none, followUp } = handled;
    for (const item of news) this.#tell(station, item);
    for (const report of reports) this.#report(station, report);
    if (news.some(({ kind }) => kind === 'booted')) this.#booted(station, line);
    if (followUp === undefined) return;
    const to = { dialect: line.dialect, calls: line.connection.calls };
    void sendFollowUp(to, followUp).then((report) => this.#report(station, report));
  }

  #report({ id: stationId }: KnownStation, report: ReportBody): void {
    this.#ports.onReport?.({ ...report, stationId, atMs: this.#ports.clock.nowMs() });
  }

  #tell(station: KnownStation, news: StationNews): void {
    const atMs = this.#ports.clock.nowMs();
    if (news.kind === 'session ended') station.profiles.transactionEnded(news.transactionId);
    const told = liveNews(news, station.clock, this.#ports.clock.monotonicMs());
    // In this order: V8 copies an object to the end of another ten times as fast as it adds to a copy.
    this.#ports.onEvent({ stationId: station.id, atMs, ...told });
    station.history.follow(news);
    station.refused.follow(news);
    station.relay?.follow(news);
  }

  /** Only the connection in use may take the station offline: a replaced one closes late, or never. */
  #closed(station: KnownStation, line: Line): void {
    line.cancelIntroduction();
    if (station.line !== line) return;
    station.line = undefined;
    station.relay?.disconnect();
    station.log.info('station disconnected');
    this.#tell(station, { kind: 'disconnected' });
  }

  #booted(station: KnownStation, line: Line): void {
    line.cancelIntroduction();
    station.clock.booted();
    station.restarts.booted(this.#ports.clock.monotonicMs());
    void this.#configure(station, line);
  }

  /**
   * A station that came back without booting has told nothing yet: after a restart of ours we would not know what
   * is plugged in, nor what charges.
   */
  async #introduce(station: KnownStation, line: Line): Promise<void> {
    if (!station.isConfigured) await this.#configure(station, line);
    await line.dialect.askForState(line.connection.calls);
  }

  async #configure(station: KnownStation, line: Line): Promise<void> {
    const { meterIntervalS } = this.#options;
    const nowMs = this.#ports.clock.monotonicMs();
    const traits = await configured(station, line, { meterIntervalS, nowMs });
    if (Object.keys(traits).length > 0) this.#tell(station, { kind: 'traits told', traits });
  }
}
