import type { Logger } from '../../log.ts';
import { publicAddressFault } from '../../privateAddress.ts';
import { type BrokerOffer, brokerOffer } from './brokerOffer.ts';
import { VtnError } from './http.ts';
import type { VtnClient } from './vtnClient.ts';

export interface BrokerAccess {
  readonly url: string;
  readonly topics: readonly string[];
  readonly username?: string;
  readonly password?: string;
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** Connects to a broker and subscribes; `closed` is called once when that failed or ended. */
export type ConnectBroker = (
  access: BrokerAccess,
  on: { readonly message: (payload: Uint8Array) => void; readonly closed: (why: string) => void },
) => { stop(): void };

export interface BrokerLineOptions {
  readonly client: VtnClient;
  readonly connect: ConnectBroker;
  /** Stands in where the VTN wants "{clientID}" as user name. */
  readonly clientId: string | undefined;
  readonly allowPrivateAddresses: boolean;
  readonly take: (body: unknown) => void;
  readonly log: Logger;
}

const messageMaxBytes = 256 * 1024;

/** Changes told over the broker that the VTN names. Lost, it is opened again at the next look, with a fresh token. */
export class BrokerLine {
  readonly #options: BrokerLineOptions;
  #connection: { stop(): void } | undefined;
  #isTold = false;

  constructor(options: BrokerLineOptions) {
    this.#options = options;
  }

  /** Opens the line where it is not open. What goes wrong is logged, once: looking goes on without it. */
  async open(venId: string | undefined): Promise<void> {
    if (this.#connection !== undefined) return;
    const { client, connect, log, allowPrivateAddresses } = this.#options;
    try {
      const offer = await brokerOffer(client, venId);
      if (offer === undefined) return this.#tell('the VTN offers no MQTT broker');
      const fault = allowPrivateAddresses ? undefined : publicAddressFault(offer.url);
      if (fault !== undefined) return this.#tell(`the broker of the VTN ${fault}`);
      this.#connection = connect(await this.#accessTo(offer), {
        message: (payload) => this.#message(payload),
        closed: (why) => {
          this.#connection = undefined;
          this.#tell(why);
        },
      });
      if (this.#isTold) log.info({ broker: offer.url }, 'MQTT notifier opened again');
      this.#isTold = false;
    } catch (error) {
      if (!(error instanceof VtnError)) throw error;
      this.#tell(error.message);
    }
  }

  stop(): void {
    this.#connection?.stop();
    this.#connection = undefined;
  }

  async #accessTo({ url, topics, authentication }: BrokerOffer): Promise<BrokerAccess> {
    switch (authentication.method) {
      case 'anonymous':
        return { url, topics };
      case 'certificate': {
        const { ca, cert, key } = authentication;
        return { url, topics, tls: { ca, cert, key } };
      }
      case 'token': {
        const { client, clientId = '' } = this.#options;
        const username = (authentication.username ?? '{clientID}').replace('{clientID}', clientId);
        return { url, topics, username, password: (await client.token()) ?? '' };
      }
    }
  }

  #message(payload: Uint8Array): void {
    const { take, log } = this.#options;
    try {
      if (payload.byteLength > messageMaxBytes) throw new RangeError(`more than ${messageMaxBytes} bytes`);
      take(JSON.parse(Buffer.from(payload).toString('utf8')));
    } catch (error) {
      log.warn({ err: error }, 'MQTT notification dropped');
    }
  }

  #tell(why: string): void {
    if (!this.#isTold)
      this.#options.log.warn({ why }, 'MQTT notifier not in use: changes are seen by polling');
    this.#isTold = true;
  }
}
