import type { Clock } from '../../control/ports.ts';
import type { OscpConfig } from '../../domain/oscpConfig.ts';
import type { Logger } from '../../log.ts';
import { type GridStates, type PeerDocument, readPeerDocument } from './gridStates.ts';
import { OscpRefusal, type Register, type RequiredBehaviour } from './messages.ts';
import type { Peer, PeerAccess } from './peer.ts';
import { type PeerPolicy, peerAddress } from './peerAddress.ts';
import { isTokenOf, newToken, sha256 } from './tokens.ts';

const version = '2.0';
const documentName = 'peer';
/** A registration that cannot be completed leaves the peer without a token: it is worth more tries than the rest. */
const registerAttempts = 8;

export interface RegistrationPorts {
  readonly states: GridStates;
  readonly clock: Clock;
  readonly log: Logger;
}

export const peerPolicy = (config: OscpConfig): PeerPolicy => ({
  hosts: config.peerHosts,
  allowsPrivate: config.allowPrivatePeers,
});

/** Who the peer is, by which tokens we know each other, and until when it is there. All of it outlives the process. */
export class Registration {
  readonly #connectionId: string;
  readonly #config: OscpConfig;
  readonly #ports: RegistrationPorts;
  #document: PeerDocument = {};
  #changing: Promise<unknown> = Promise.resolve();

  constructor(connectionId: string, config: OscpConfig, ports: RegistrationPorts) {
    this.#connectionId = connectionId;
    this.#config = config;
    this.#ports = ports;
  }

  adopt(documents: ReadonlyMap<string, unknown>): void {
    const document = documents.get(documentName);
    if (document !== undefined) this.#document = readPeerDocument(document, documentName);
  }

  /** Whether a token is good for a message; the first token is good for a registration and nothing else. */
  admits(token: string, isRegistration: boolean): boolean {
    const { issuedSha256, earlierSha256, spentSha256 } = this.#document;
    const isFirst = isTokenOf(sha256(this.#config.tokenA), token);
    const isGoodFirst = isFirst && (isRegistration || this.#isVector) && !isTokenOf(spentSha256, token);
    return [isGoodFirst, isTokenOf(issuedSha256, token), isTokenOf(earlierSha256, token)].includes(true);
  }

  access(): PeerAccess | undefined {
    const { peerToken, peerUrl } = this.#document;
    if (peerToken === undefined || peerUrl === undefined) return undefined;
    return { url: peerUrl, authorization: `Token ${peerToken}` };
  }

  /**
   * Takes up a registration, or a change of one. Resolves when it is durable, with what completes it: our own
   * registration at the peer, after which no earlier token is good any more.
   */
  async register(
    message: Register,
    method: 'POST' | 'PUT',
  ): Promise<(peer: Peer, requestId: string) => void> {
    if (this.#isVector) throw new OscpRefusal(404, 'this connection needs no registration');
    const offered = message.version_url.find((each) => each.version === version);
    if (offered === undefined) throw new OscpRefusal(501, `only OSCP ${version} is spoken here`);
    const address = peerAddress(offered.base_url, peerPolicy(this.#config));
    if ('why' in address) throw new OscpRefusal(400, `base_url is refused: ${address.why}`);

    const token = newToken();
    await this.#change(({ issuedSha256: earlierSha256, ...document }) => ({
      ...document,
      ...(earlierSha256 !== undefined && { earlierSha256 }),
      issuedSha256: sha256(token),
      peerToken: message.token,
      peerUrl: address.url,
    }));
    this.#ports.log.info({ peerUrl: address.url }, 'capacity provider registered');
    return (peer, correlationId) => void this.#complete(peer, { token, method, correlationId });
  }

  async unregister(): Promise<void> {
    await this.#change(({ spentSha256 }) => (spentSha256 === undefined ? {} : { spentSha256 }));
    this.#ports.log.warn('capacity provider unregistered, its limits stay until they end');
  }

  get behaviour(): RequiredBehaviour | undefined {
    const { behaviour } = this.#document;
    return behaviour && { heartbeatIntervalMs: undefined, ...behaviour };
  }

  /** Whether the peer said until when it is there, and that moment has passed. */
  get isOffline(): boolean {
    const { offlineAtMs } = this.#document;
    return offlineAtMs !== undefined && this.#ports.clock.nowMs() > offlineAtMs;
  }

  /** Durable once it resolves. */
  async shookHands(behaviour: RequiredBehaviour, offlineAtMs: number): Promise<void> {
    const { heartbeatIntervalMs, isContinuous, isIntermittent } = behaviour;
    const interval = heartbeatIntervalMs === undefined ? {} : { heartbeatIntervalMs };
    await this.#change((document) => ({
      ...document,
      offlineAtMs,
      behaviour: { isContinuous, isIntermittent, ...interval },
    }));
  }

  async vouchedUntil(offlineAtMs: number): Promise<void> {
    await this.#change((document) => ({ ...document, offlineAtMs }));
  }

  get #isVector(): boolean {
    return this.#config.vector !== undefined;
  }

  async #complete(
    peer: Peer,
    { token, method, correlationId }: { token: string; method: 'POST' | 'PUT'; correlationId: string },
  ): Promise<void> {
    const body = { token, version_url: [{ version, base_url: this.#config.baseUrl }] };
    // Another registration may come meanwhile: this one's token is not the current one any more.
    const isCurrent = (): boolean => isTokenOf(this.#document.issuedSha256, token);
    const attempts = registerAttempts;
    if (!(await peer.deliver({ path: 'register', method, body, correlationId, attempts, isCurrent }))) return;
    try {
      await this.#change((document) => {
        if (!isCurrent()) return document;
        const { earlierSha256: _, ...rest } = document;
        return { ...rest, spentSha256: sha256(this.#config.tokenA) };
      });
    } catch (error) {
      this.#ports.log.error({ err: error }, 'end of the earlier tokens could not be stored');
    }
  }

  /** One after the other, so that none is built on a document that another is about to replace. */
  #change(edit: (document: PeerDocument) => PeerDocument): Promise<void> {
    const changed = this.#changing.then(async () => {
      const document = edit(this.#document);
      await this.#ports.states.saveGridState(this.#connectionId, documentName, document);
      this.#document = document;
    });
    this.#changing = changed.catch(() => undefined);
    return changed;
  }
}
