import type { EvsePublicStatus, Location, PublicEvse } from '../../domain/roaming/location.ts';

/** An EVSE whose status became another one. */
export interface EvseChange {
  readonly location: Location;
  readonly evse: PublicEvse;
}

/** Our locations as partners see them: what the config says, with the status of every EVSE as it is now. */
export class LocationBook {
  #locations: readonly Location[];

  /** EVSEs begin in the status that they are given with. */
  constructor(locations: readonly Location[]) {
    this.#locations = locations;
  }

  list(): readonly Location[] {
    return this.#locations;
  }

  find(id: string): Location | undefined {
    return this.#locations.find((location) => location.id === id);
  }

  /** Takes the status of EVSEs by their uid; what is not named stays as it is. Tells what changed. */
  follow(statuses: ReadonlyMap<string, EvsePublicStatus>, nowMs: number): readonly EvseChange[] {
    const changes: EvseChange[] = [];
    this.#locations = this.#locations.map((before) => {
      const changed = before.evses.filter(({ uid, status }) => (statuses.get(uid) ?? status) !== status);
      if (changed.length === 0) return before;
      // Partners ask for what changed from the newest they have: time must not stand still or run back for them.
      const lastUpdatedMs = Math.max(nowMs, before.lastUpdatedMs + 1);
      const evses = before.evses.map((evse) =>
        changed.includes(evse)
          ? { ...evse, status: statuses.get(evse.uid) ?? evse.status, lastUpdatedMs }
          : evse,
      );
      const location = { ...before, evses, lastUpdatedMs };
      for (const evse of evses) if (evse.lastUpdatedMs === lastUpdatedMs) changes.push({ location, evse });
      return location;
    });
    return changes;
  }
}
