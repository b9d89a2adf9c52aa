/** What runs, in the order it was started, so that it ends in the reverse order. */
export class Parts {
  readonly #running: { stop(): Promise<void> | void }[] = [];
  #stopping: Promise<void> | undefined;

  add<T extends { stop(): Promise<void> | void }>(part: T): T {
    this.#running.push(part);
    return part;
  }

  stop(): Promise<void> {
    this.#stopping ??= (async () => {
      for (const part of this.#running.reverse()) await part.stop();
    })();
    return this.#stopping;
  }
}
