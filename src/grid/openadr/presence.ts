import type { OpenAdrConfig } from '../../domain/openAdrConfig.ts';
import type { GridPorts } from '../gridPorts.ts';
import type { OpenAdrResource } from './addressees.ts';
import { BrokerLine, type ConnectBroker } from './brokerLine.ts';
import type { Codec } from './codec.ts';
import { VtnError } from './http.ts';
import type { Program } from './model.ts';
import { enrol, subscribe } from './registration.ts';
import type { VtnClient } from './vtnClient.ts';

export interface PresenceOptions {
  readonly config: OpenAdrConfig;
  readonly resources: readonly OpenAdrResource[];
  readonly client: VtnClient;
  readonly codec: Codec;
  readonly connectBroker?: ConnectBroker;
  /** Takes a notification that came over MQTT. */
  readonly take: (body: unknown) => void;
}

const renewSubscriptionMs = 3_600_000;
/** The VTN may ask our callback address before our own server is up. */
const retrySubscriptionMs = 60_000;

/** How the VTN knows us: as a VEN with its resources, and as somebody to tell of changes. */
export class Presence {
  readonly #options: PresenceOptions;
  readonly #ports: GridPorts;
  readonly #broker: BrokerLine | undefined;
  #venId: string | undefined;
  #subscribeAtMs = Number.NEGATIVE_INFINITY;
  #isUnsubscribedTold = false;

  constructor(options: PresenceOptions, ports: GridPorts) {
    this.#options = options;
    this.#ports = ports;
    const { config, client, codec, connectBroker, take } = options;
    if (config.mqtt && codec.hasDiscovery && connectBroker !== undefined) {
      const { allowPrivateAddresses, auth } = config;
      const { log } = ports;
      const clientId = auth?.clientId;
      this.#broker = new BrokerLine({
        client,
        connect: connectBroker,
        clientId,
        allowPrivateAddresses,
        take,
        log,
      });
    }
  }

  stop(): void {
    this.#broker?.stop();
  }

  /** Enrolment, once; what else comes after it may be refused and does not stop the looking. */
  async introduce(tellsFailure: boolean): Promise<void> {
    const { config, resources, client, codec } = this.#options;
    if (!config.register || this.#venId !== undefined) return;
    try {
      const wish = { client, codec, venName: config.venName, resources };
      this.#venId = await enrol(wish);
      this.#ports.log.info({ venId: this.#venId }, 'VEN enrolled');
    } catch (error) {
      // The operator may keep VENs and resources itself: then the limits are what matters.
      if (!(error instanceof VtnError) || error.status === undefined) throw error;
      if (tellsFailure) this.#ports.log.warn({ err: error }, 'VEN not enrolled');
    }
  }

  /** Makes sure that changes are told: at the callback address, over MQTT. Looking goes on where this fails. */
  async listen(programs: readonly Program[]): Promise<void> {
    await this.#broker?.open(this.#venId);
    const { config, client, codec } = this.#options;
    const { webhook, venName } = config;
    const nowMs = this.#ports.clock.monotonicMs();
    if (webhook === undefined) return;
    if (nowMs < this.#subscribeAtMs) return;
    const isPerProgram = codec.version === '3.0.1' || config.programs.length > 0;
    const programIds = isPerProgram ? programs.map(({ id }) => id) : [undefined];
    try {
      for (const programId of programIds) {
        await subscribe({
          client: client,
          codec: codec,
          clientName: venName,
          programId,
          ...webhook,
        });
      }
      this.#subscribeAtMs = nowMs + renewSubscriptionMs;
      this.#isUnsubscribedTold = false;
    } catch (error) {
      if (!(error instanceof VtnError) || error.status === undefined) throw error;
      this.#subscribeAtMs = nowMs + retrySubscriptionMs;
      if (this.#isUnsubscribedTold) return;
      this.#isUnsubscribedTold = true;
      this.#ports.log.warn({ err: error }, 'not subscribed: changes are seen by polling alone');
    }
  }
}
