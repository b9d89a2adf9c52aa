import type { StationId } from '../../domain/ids.ts';
import type { Logger } from '../../log.ts';
import { CallRefusal } from '../rpc.ts';
import { isMeterValue, type Payload } from './stationWords.ts';

/** A message that we answered in place of the other CSMS, which is still to hear it. */
export interface KeptMessage {
  readonly sequence: number;
  readonly messageId: string;
  readonly action: string;
  readonly payload: Payload;
  /** The number we gave a transaction of 1.6 that it begins. */
  readonly transactionNumber: number | undefined;
}

/** Where they are kept over a restart. Everything is durable once it resolves. */
export interface KeptMessageStore {
  keptMessages(stationId: StationId): Promise<readonly KeptMessage[]>;
  keepMessage(stationId: StationId, message: KeptMessage): Promise<void>;
  dropMessage(stationId: StationId, sequence: number): Promise<void>;
}

const maxMessages = 1_000;
/** Above it no more meter values are kept: what is left is for the begin and the end of transactions. */
const maxWithMeterValues = 800;

/** Messages of one station for its own CSMS while that is away, oldest first. */
export class KeptMessages {
  readonly #stationId: StationId;
  readonly #store: KeptMessageStore;
  readonly #log: Logger;
  #messages: readonly KeptMessage[] = [];
  #nextSequence = 1;
  #isFull = false;

  constructor(stationId: StationId, store: KeptMessageStore, log: Logger) {
    this.#stationId = stationId;
    this.#store = store;
    this.#log = log;
  }

  async load(): Promise<void> {
    this.#messages = await this.#store.keptMessages(this.#stationId);
    this.#nextSequence = (this.#messages.at(-1)?.sequence ?? 0) + 1;
  }

  get first(): KeptMessage | undefined {
    return this.#messages[0];
  }

  /** Throws when it is full: the station keeps its message then, and tries again. Meter values are dropped sooner. */
  async add(message: Omit<KeptMessage, 'sequence'>): Promise<void> {
    const isMeter = isMeterValue(message.action, message.payload);
    if (this.#messages.length >= (isMeter ? maxWithMeterValues : maxMessages)) {
      if (!this.#isFull)
        this.#log.error({ kept: this.#messages.length }, 'the own CSMS is away for too long');
      this.#isFull = true;
      if (isMeter) return;
      throw new CallRefusal('InternalError', 'Too many messages wait for the CSMS behind, try again later');
    }
    const kept = { ...message, sequence: this.#nextSequence };
    this.#nextSequence += 1;
    await this.#store.keepMessage(this.#stationId, kept);
    this.#messages = [...this.#messages, kept];
  }

  /** The first was told. */
  async drop({ sequence }: KeptMessage): Promise<void> {
    await this.#store.dropMessage(this.#stationId, sequence);
    this.#messages = this.#messages.filter((message) => message.sequence !== sequence);
    if (this.#messages.length === 0) this.#isFull = false;
  }
}
