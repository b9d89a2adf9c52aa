import type { SiteView } from '../control/siteView.ts';
import { circuitSummary, evseBody, type SiteBodyOptions, siteBody, siteHead } from './siteBody.ts';

/** A site in pieces: a piece whose text is the same as before need not be sent again. */
interface Pieces {
  readonly circuits: ReadonlyMap<string, string>;
  readonly evses: ReadonlyMap<string, string>;
}

/**
 * Views of sites as text. The same view goes to many listeners, most of whom had the same one before, so every text is
 * made once.
 */
export class SiteTexts {
  readonly #options: SiteBodyOptions;
  readonly #wholes = new WeakMap<SiteView, string>();
  readonly #pieces = new WeakMap<SiteView, Pieces>();
  readonly #patches = new WeakMap<SiteView, WeakMap<SiteView, string>>();

  constructor(options: SiteBodyOptions) {
    this.#options = options;
  }

  /** The whole site. */
  whole(view: SiteView): string {
    return kept(this.#wholes, view, () => JSON.stringify(siteBody(view, this.#options)));
  }

  /** What makes `before` into `view`: what stands above the tree, and the circuits and EVSEs that differ. */
  patch(before: SiteView, view: SiteView): string {
    const patches = kept(this.#patches, view, () => new WeakMap<SiteView, string>());
    return kept(patches, before, () => {
      const [old, now] = [this.#piecesOf(before), this.#piecesOf(view)];
      const head = JSON.stringify(siteHead(view)).slice(0, -1);
      const circuits = changed(old.circuits, now.circuits);
      const evses = changed(old.evses, now.evses);
      return `${head},"circuits":[${circuits.join(',')}],"evses":[${evses.join(',')}]}`;
    });
  }

  #piecesOf(view: SiteView): Pieces {
    return kept(this.#pieces, view, () => ({
      circuits: new Map(view.circuits.map((each) => [each.id, JSON.stringify(circuitSummary(each))])),
      evses: new Map(
        view.evses.map((each) => [each.id, JSON.stringify(evseBody(each, view, this.#options))]),
      ),
    }));
  }
}

function kept<Key extends WeakKey, Value>(cache: WeakMap<Key, Value>, key: Key, make: () => Value): Value {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}

const changed = (before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): readonly string[] =>
  [...now].filter(([id, text]) => before.get(id) !== text).map(([, text]) => text);
