import type { TickResult } from './controlLoop.ts';
import type { SiteView } from './siteView.ts';

/** The newest view of every site, and who wants to know of the next. */
export class ViewBoard {
  views: readonly SiteView[] = [];
  readonly #viewListeners = new Set<(view: SiteView) => void>();
  readonly #tickListeners = new Set<(result: TickResult) => void>();

  show(result: TickResult): void {
    this.views = result.views;
    for (const view of result.views) for (const listener of this.#viewListeners) listener(view);
    for (const listener of this.#tickListeners) listener(result);
  }

  onView(listener: (view: SiteView) => void): () => void {
    this.#viewListeners.add(listener);
    return () => this.#viewListeners.delete(listener);
  }

  onTick(listener: (result: TickResult) => void): () => void {
    this.#tickListeners.add(listener);
    return () => this.#tickListeners.delete(listener);
  }
}
