/** A boot so soon after a station was configured may come of it. */
const soonMs = 3 * 60_000;
/** So many in a row are no accident. */
const restartsMax = 3;
/** Then it is tried once more: it may have another firmware. */
const againAfterMs = 24 * 3_600_000;

/**
 * Whether a station may be configured. Some restart when one of their settings is written (ABB Terra AC:
 * lbbrhzn/ocpp#1275), and as it is written after each boot, they would do nothing else for ever.
 */
export class RestartWatch {
  #configuredAtMs = Number.NEGATIVE_INFINITY;
  #restarts = 0;

  booted(nowMs: number): void {
    if (nowMs - this.#configuredAtMs < soonMs) this.#restarts += 1;
    else if (this.#restarts < restartsMax) this.#restarts = 0;
  }

  mayConfigure(nowMs: number): boolean {
    return this.#restarts < restartsMax || nowMs - this.#configuredAtMs >= againAfterMs;
  }

  configured(nowMs: number): void {
    this.#configuredAtMs = nowMs;
  }
}
