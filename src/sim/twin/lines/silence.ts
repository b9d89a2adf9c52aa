import type { GridConnection } from '../../../domain/gridConnection.ts';

/** `everything`: a handshake, or a complete poll. */
export type Word = 'heartbeat' | 'limit' | 'everything';

type Rules = Pick<GridConnection, 'profile' | 'heartbeatTimeoutMs' | 'minDurationMs' | 'afterMin'>;

/** Heartbeats for so long without a limit say that there is none [EEBUS LPC]. */
const graceMs = 120_000;

/**
 * When a grid operator counts as silent, written from its agreement alone: the least that must be so, whatever the service
 * makes of it. Its failsafe limit must hold until it was heard for the first time, and whenever it counts as silent.
 */
export class Silence {
  readonly #rules: Rules;
  #isSilent = true;
  #silentSinceMs = Number.POSITIVE_INFINITY;
  #wasHeard = false;
  #heardAtMs = Number.NEGATIVE_INFINITY;
  /** Until when it said that it is there. */
  #aliveUntilMs: number | undefined;
  #beatsSinceMs: number | undefined;

  constructor(rules: Rules) {
    this.#rules = rules;
  }

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** Whether its failsafe limit must hold. */
  isHeld(nowMs: number): boolean {
    const { afterMin, minDurationMs } = this.#rules;
    const isOver = afterMin !== 'hold' && nowMs - this.#silentSinceMs >= minDurationMs;
    return this.#isSilent && !isOver;
  }

  heard(word: Word, nowMs: number, aliveUntilMs?: number): void {
    this.#heardAtMs = nowMs;
    if (word === 'everything') this.#aliveUntilMs = undefined;
    if (aliveUntilMs !== undefined) this.#aliveUntilMs = aliveUntilMs;
    if (this.#ends(word)) this.#isSilent = false;
    if (word === 'heartbeat' && this.#isSilent) this.#beatsSinceMs ??= nowMs;
    this.#wasHeard ||= word !== 'heartbeat';
  }

  /** Its last will came. */
  gone(nowMs: number): void {
    if (!this.#isSilent) this.#fall(nowMs);
  }

  /** The other side began anew: EEBUS LPC starts in its failsafe limit, which the next limit ends. */
  restarted(): void {
    if (this.#rules.profile === 'lpc') this.#wasHeard = false;
  }

  /** Nobody can tell how long ago the last word was: the other side's clock was set while it was away. */
  countAnew(nowMs: number): void {
    const leftMs = this.#aliveUntilMs && this.#aliveUntilMs - this.#heardAtMs;
    this.#heardAtMs = nowMs;
    this.#aliveUntilMs = leftMs && nowMs + leftMs;
  }

  /** `isCovered`: a limit that it announced for now holds. */
  look(nowMs: number, isCovered: boolean): void {
    const { profile, heartbeatTimeoutMs = Number.POSITIVE_INFINITY } = this.#rules;
    const dueMs = this.#aliveUntilMs ?? this.#heardAtMs + heartbeatTimeoutMs;
    const isOverdue = nowMs > dueMs;
    if (!this.#isSilent) {
      if (isOverdue && !(profile === 'openadr3' && isCovered)) this.#fall(nowMs);
      return;
    }
    if (isOverdue) this.#beatsSinceMs = undefined;
    const beats = this.#beatsSinceMs;
    const mayBeBack = profile === 'generic' || profile === 'lpc';
    if (mayBeBack && beats !== undefined && nowMs - beats >= graceMs) this.#isSilent = false;
  }

  #fall(nowMs: number): void {
    this.#isSilent = true;
    this.#silentSinceMs = nowMs;
    this.#beatsSinceMs = undefined;
    this.#aliveUntilMs = undefined;
  }

  #ends(word: Word): boolean {
    const { profile } = this.#rules;
    if (word === 'everything') return true;
    if (word === 'heartbeat') return false;
    if (profile === 'generic' || !this.#wasHeard) return true;
    return profile === 'lpc' && this.#beatsSinceMs !== undefined;
  }
}
