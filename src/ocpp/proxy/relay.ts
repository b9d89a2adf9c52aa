import type { Clock } from '../../control/ports.ts';
import type { ChargingProfile } from '../../domain/chargingProfile.ts';
import type { StationId } from '../../domain/ids.ts';
import type { Logger } from '../../log.ts';
import type { CallQueue } from '../callQueue.ts';
import type { Handled, StationNews, StationScope } from '../dialect.ts';
import { writeError, writeResult } from '../frames.ts';
import { profileSet, profilesCleared } from '../profileWords.ts';
import { CallRefusal, PassedRefusal } from '../rpc.ts';
import type { Procedure } from '../schemas.ts';
import type { Soon } from '../soon.ts';
import { type KeptMessageStore, KeptMessages } from './keptMessages.ts';
import {
  authorizationIn,
  mustArrive,
  type Payload,
  payloadOf,
  setsPassword,
  stateKey,
  toldLate,
  transactionNumberIn,
} from './stationWords.ts';
import { upstreamBounds, withProfile } from './upstreamBounds.ts';
import { type UpstreamAnswer, UpstreamSocket } from './upstreamSocket.ts';

/** The CSMS that a station belongs to, which it reaches through us. */
export interface Upstream {
  /** The station's identity is appended. */
  readonly url: string;
  /** In place of what the station shows us. */
  readonly password: string | undefined;
  readonly timeZone: string;
  readonly phaseVolts: number;
  readonly evses: readonly { readonly number: number; readonly conductorCount: number }[];
}

/** What a relay must remember over a restart. */
export interface RelayMemory {
  /** What the other CSMS has set for the station, and we hold as bounds. */
  readonly profiles: readonly ChargingProfile[];
  /** Transactions of 1.6 that began while it was away: our number, and the one it gave later. */
  readonly transactions: readonly (readonly [ours: number, theirs: number])[];
}

export interface RelayStore extends KeptMessageStore {
  relayMemory(stationId: StationId): Promise<RelayMemory | undefined>;
  saveRelayMemory(stationId: StationId, memory: RelayMemory): Promise<void>;
}

export interface RelayPort {
  readonly stationId: StationId;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
  readonly store: RelayStore;
  tell(news: StationNews): void;
  transactionAt(evseNumber: number): string | undefined;
}

export interface StationCall {
  readonly messageId: string;
  readonly action: string;
  readonly payload: unknown;
}

/** Runs our own handler of a call. What is given takes the place of what it would ask. */
type Handle = (change: (scope: StationScope) => Partial<StationScope>) => Soon<Handled<unknown>>;

/** Transactions that began while the other CSMS was away are numbered far above what it counts to. */
const awayNumber = 2 ** 30;
const maxTransactions = 64;
const maxProfiles = 100;
/** Schedules go on by themselves: how often it is looked at what they say now. */
const boundsEveryMs = 5_000;
const nothingKept: RelayMemory = { profiles: [], transactions: [] };

/**
 * One station between us and its own CSMS.
 *
 * Calls of both sides pass with their message ids and payloads as they are, and we listen. Charging profiles do not: the
 * station gets ours alone, and theirs are a bound for what we give it, so that the lower of the two holds whatever the
 * station makes of two masters. While the other CSMS is away its station is answered by us, and it hears later what it has
 * to know.
 */
export class Relay {
  readonly #upstream: Upstream;
  readonly #port: RelayPort;
  readonly #kept: KeptMessages;
  readonly #loaded: Promise<void>;
  /** Of boot and status, what it was not told, the newest of each. */
  readonly #untold = new Map<string, StationCall>();
  readonly #startsMs = new Map<number, number>();
  #memory = nothingKept;
  #told: ReadonlyMap<number, number | undefined> = new Map();
  #socket: UpstreamSocket | undefined;
  #calls: CallQueue | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #cancelBounds: () => void = () => undefined;

  constructor(upstream: Upstream, port: RelayPort) {
    this.#upstream = upstream;
    this.#port = port;
    this.#kept = new KeptMessages(port.stationId, port.store, port.log);
    this.#loaded = this.#load();
    // Whoever waits for it gets the error.
    this.#loaded.catch(() => undefined);
  }

  /** The station is there: so is it for its CSMS. */
  connect(line: {
    readonly subprotocol: string;
    readonly authorization: string | undefined;
    readonly calls: CallQueue;
  }): void {
    this.disconnect();
    this.#calls = line.calls;
    const { clock, log, random, stationId } = this.#port;
    const { url, password } = this.#upstream;
    const own = password && `Basic ${Buffer.from(`${stationId}:${password}`).toString('base64')}`;
    this.#socket = new UpstreamSocket(
      {
        url: `${url.replace(/\/$/, '')}/${encodeURIComponent(stationId)}`,
        subprotocol: line.subprotocol,
        authorization: own ?? line.authorization,
      },
      {
        clock,
        log,
        random,
        onOpen: () => void this.#tellKept(),
        onCall: (call) => void this.#answerUpstream(call),
      },
    );
    this.#cancelBounds = clock.after(0, () => void this.#loaded.then(() => this.#followBounds()));
  }

  /** May be called twice. */
  disconnect(): void {
    this.#cancelBounds();
    this.#socket?.stop();
    this.#socket = undefined;
    this.#calls = undefined;
  }

  /** Answers a call of the station with what its CSMS answers, or in its place. */
  async answer(call: StationCall, handle: Handle): Promise<Handled<unknown>> {
    await this.#loaded;
    return this.#inTurn(() => this.#answer(call, handle));
  }

  /** What the station told, also what it told us alone. */
  follow(news: StationNews): void {
    if (news.kind === 'session started') this.#startsMs.set(news.evseNumber, news.startedAtMs);
    if (news.kind === 'session ended') {
      const ended = this.#memory.profiles.filter(({ transactionId }) => transactionId === news.transactionId);
      if (ended.length > 0)
        void this.#setProfiles(this.#memory.profiles.filter((each) => !ended.includes(each)));
    }
    if (news.kind === 'session started' || news.kind === 'session ended') this.#tellBounds();
  }

  async #answer({ messageId, action, payload: raw }: StationCall, handle: Handle): Promise<Handled<unknown>> {
    const payload = payloadOf(raw);
    const mustBeTold = mustArrive(action, payload);
    // What was told late comes first.
    const isBehind = mustBeTold && this.#kept.first !== undefined;
    const answer: UpstreamAnswer = isBehind
      ? { kind: 'lost' }
      : await this.#call(messageId, action, this.#inTheirNumbers(payload));
    if (answer.kind === 'error') throw new PassedRefusal(answer.code, answer.description);
    if (answer.kind === 'result') return this.#passed(answer.payload, handle);

    const handled = await handle((scope) => ({
      transactionNumber: async (start) => awayNumber + (await scope.transactionNumber(start)),
    }));
    const key = stateKey(action, payload);
    if (key !== undefined) this.#untold.set(key, { messageId, action, payload });
    const transactionNumber =
      action === 'StartTransaction' ? transactionNumberIn(payloadOf(handled.response)) : undefined;
    if (mustBeTold) await this.#kept.add({ messageId, action, payload, transactionNumber });
    return handled;
  }

  /** The station gets the other's answer; we learn from the call and from the answer what happened. */
  async #passed(response: unknown, handle: Handle): Promise<Handled<unknown>> {
    const answered = payloadOf(response);
    try {
      const handled = await handle((scope) => ({
        authorize: async () => authorizationIn(answered),
        transactionNumber: async (start) => transactionNumberIn(answered) ?? scope.transactionNumber(start),
      }));
      return { ...handled, response };
    } catch (error) {
      // The other CSMS takes what does not fit the schema: that is between the two.
      if (error instanceof CallRefusal) return { response };
      throw error;
    }
  }

  #call(messageId: string, action: string, payload: Payload): Promise<UpstreamAnswer> {
    return this.#socket?.call(messageId, action, payload) ?? Promise.resolve({ kind: 'lost' });
  }

  /** One call at a time is under way to the other CSMS. */
  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(run);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  async #tellKept(): Promise<void> {
    try {
      await this.#loaded;
      for (const [key, { messageId, action, payload }] of this.#untold) {
        const answer = await this.#inTurn(() => this.#call(messageId, action, payloadOf(payload)));
        if (answer.kind === 'lost') return;
        this.#untold.delete(key);
      }
      while (await this.#inTurn(() => this.#tellFirst()));
    } catch (error) {
      this.#port.log.error({ err: error }, 'kept messages could not be passed on, they are tried again');
    }
  }

  /** False: there are no more, or the other CSMS went away again. */
  async #tellFirst(): Promise<boolean> {
    const message = this.#kept.first;
    if (message === undefined) return false;
    const { messageId, action, payload, transactionNumber } = message;
    const answer = await this.#call(messageId, action, toldLate(action, this.#inTheirNumbers(payload)));
    if (answer.kind === 'lost') return false;
    if (answer.kind === 'error')
      this.#port.log.warn({ action, code: answer.code }, 'the own CSMS refused what it was told late');
    const theirs = answer.kind === 'result' ? transactionNumberIn(payloadOf(answer.payload)) : undefined;
    if (transactionNumber !== undefined && theirs !== undefined) {
      const transactions = [...this.#memory.transactions, [transactionNumber, theirs] as const].slice(
        -maxTransactions,
      );
      await this.#remember({ ...this.#memory, transactions });
    }
    await this.#kept.drop(message);
    return this.#kept.first !== undefined;
  }

  #inTheirNumbers(payload: Payload): Payload {
    const ours = transactionNumberIn(payload);
    const [, theirs] = this.#memory.transactions.find(([each]) => each === ours) ?? [];
    return theirs === undefined ? payload : { ...payload, transactionId: theirs };
  }

  #inOurNumbers(payload: Payload): Payload {
    const theirs = transactionNumberIn(payload);
    const [ours] = this.#memory.transactions.find(([, each]) => each === theirs) ?? [];
    return ours === undefined ? payload : { ...payload, transactionId: ours };
  }

  /** Its profiles stay here, its password with us; everything else is asked of the station. */
  async #answerUpstream({ messageId, action, payload: raw }: StationCall): Promise<void> {
    const payload = payloadOf(raw);
    const result = (response: object) => this.#socket?.write(writeResult(messageId, response));
    const refusal = (code: string, why: string) => this.#socket?.write(writeError(messageId, code, why));
    await this.#loaded;
    try {
      if (action === 'SetChargingProfile') {
        result({ status: (await this.#take(payload)) ? 'Accepted' : 'Rejected' });
      } else if (action === 'ClearChargingProfile') {
        const isCleared = profilesCleared(payload);
        const left = this.#memory.profiles.filter((profile) => !isCleared(profile));
        const status = left.length < this.#memory.profiles.length ? 'Accepted' : 'Unknown';
        await this.#setProfiles(left);
        result({ status });
      } else if (action === 'GetChargingProfiles') {
        refusal('NotSupported', 'The profiles on the station are those of its load management');
      } else if (setsPassword(action, payload)) {
        this.#port.log.warn({ action }, 'the own CSMS may not set the password that the station shows here');
        refusal('NotSupported', 'The password of the station belongs to its load management');
      } else {
        await this.#pass(messageId, action, await this.#withoutProfile(payload));
      }
    } catch (error) {
      this.#port.log.error({ action, err: error }, 'call of the own CSMS could not be answered');
      refusal('InternalError', 'The call could not be handled, try again later');
    }
  }

  async #pass(messageId: string, action: string, payload: Payload): Promise<void> {
    const terms = { urgency: 'request', messageId } as const;
    const outcome = await this.#calls?.call(passing(action), () => this.#inOurNumbers(payload), terms);
    switch (outcome?.kind) {
      case 'result':
        this.#socket?.write(writeResult(messageId, outcome.payload));
        return;
      case 'refused':
        this.#socket?.write(writeError(messageId, outcome.code, outcome.description));
        return;
      default:
        this.#socket?.write(writeError(messageId, 'GenericError', outcome?.why ?? 'the station is away'));
    }
  }

  /** A start by remote control may bring the profile of its transaction along. */
  async #withoutProfile(payload: Payload): Promise<Payload> {
    const { chargingProfile, ...rest } = payload;
    if (chargingProfile === undefined) return payload;
    const { connectorId = 0, evseId = 0 } = payload;
    const is16 = payloadOf(chargingProfile)['chargingProfileId'] !== undefined;
    await this.#take(
      is16 ? { connectorId, csChargingProfiles: chargingProfile } : { evseId, chargingProfile },
    );
    return rest;
  }

  /** False: it is none that we can hold. */
  async #take(payload: Payload): Promise<boolean> {
    const profile = profileSet(payload);
    if (profile === undefined) return false;
    const number = Number(profile.transactionId);
    const [ours] = this.#memory.transactions.find(([, theirs]) => theirs === number) ?? [];
    const transactionId = ours === undefined ? profile.transactionId : String(ours);
    const profiles = withProfile(this.#memory.profiles, { ...profile, transactionId });
    if (profiles.length > maxProfiles) return false;
    await this.#setProfiles(profiles);
    return true;
  }

  async #setProfiles(profiles: readonly ChargingProfile[]): Promise<void> {
    // In force at once, and durable before it is acknowledged.
    this.#memory = { ...this.#memory, profiles };
    this.#tellBounds();
    await this.#remember(this.#memory);
  }

  #followBounds(): void {
    this.#tellBounds();
    this.#cancelBounds = this.#port.clock.after(boundsEveryMs, () => this.#followBounds());
  }

  #tellBounds(): void {
    const { evses, phaseVolts, timeZone } = this.#upstream;
    const bounds = upstreamBounds({
      profiles: this.#memory.profiles,
      evses: evses.map((evse) => ({
        ...evse,
        transactionId: this.#port.transactionAt(evse.number),
        startedAtMs: this.#startsMs.get(evse.number),
      })),
      phaseVolts,
      timeZone,
      nowMs: this.#port.clock.nowMs(),
    });
    const former = this.#told;
    this.#told = bounds;
    for (const [evseNumber, amps] of bounds) {
      if (former.get(evseNumber) !== amps)
        this.#port.tell({ kind: 'bounded by its own CSMS', evseNumber, amps });
    }
  }

  async #remember(memory: RelayMemory): Promise<void> {
    this.#memory = memory;
    await this.#port.store.saveRelayMemory(this.#port.stationId, memory);
  }

  async #load(): Promise<void> {
    this.#memory = (await this.#port.store.relayMemory(this.#port.stationId)) ?? nothingKept;
    await this.#kept.load();
  }
}

/** A call that is passed on as it is: both sides check it themselves. */
const passing = (action: string): Procedure<unknown, unknown> => ({
  action,
  request: anything,
  response: anything,
});
const anything = {
  check: (_payload: unknown): _payload is unknown => true,
  violation: () => ({ code: 'FormatViolation' as const, description: '', path: '/' }),
};
