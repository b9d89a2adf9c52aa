import { OscpRefusal } from './messages.ts';

const rememberedMax = 512;

/** The requests heard last, so that one sent twice is acted on once. */
export class RecentRequests {
  readonly #hashes = new Map<string, string>();

  /** Whether this very message was heard already. Throws the refusal of an id that named another message. */
  isReplay(requestId: string, sha256: string): boolean {
    const known = this.#hashes.get(requestId);
    if (known !== undefined && known !== sha256) {
      throw new OscpRefusal(400, 'this X-Request-ID named another message already');
    }
    return known !== undefined;
  }

  remember(requestId: string, sha256: string): void {
    this.#hashes.set(requestId, sha256);
    const [oldest] = this.#hashes.keys();
    if (this.#hashes.size > rememberedMax && oldest !== undefined) this.#hashes.delete(oldest);
  }
}
