export type VtnVersion = '3.0.1' | '3.1';
type Kind = 'programs' | 'events' | 'reports' | 'subscriptions' | 'vens' | 'resources';

/** An object as it is on the wire. */
export type VtnObject = Readonly<Record<string, unknown>> & { readonly id: string };

export interface VtnChange {
  readonly kind: Kind;
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly object: VtnObject;
}

export const objectTypes: Readonly<Record<Kind, string>> = {
  programs: 'PROGRAM',
  events: 'EVENT',
  reports: 'REPORT',
  subscriptions: 'SUBSCRIPTION',
  vens: 'VEN',
  resources: 'RESOURCE',
};

/** What must be unique, by kind: a second one is a conflict. */
const uniqueKeys: Partial<Readonly<Record<Kind, readonly string[]>>> = {
  programs: ['programName'],
  vens: ['venName'],
  resources: ['venID', 'resourceName'],
  reports: ['reportName'],
};

/** The objects of a VTN, in the order they were made. */
export class VtnStore {
  readonly #nowMs: () => number;
  readonly #version: VtnVersion;
  readonly #objects = new Map<Kind, Map<string, VtnObject>>();
  readonly #changed: (change: VtnChange) => void;
  #count = 0;

  constructor(version: VtnVersion, nowMs: () => number, changed: (change: VtnChange) => void) {
    this.#version = version;
    this.#nowMs = nowMs;
    this.#changed = changed;
  }

  all(kind: Kind): readonly VtnObject[] {
    return [...this.#of(kind).values()];
  }

  find(kind: Kind, id: string): VtnObject | undefined {
    return this.#of(kind).get(id);
  }

  /** `conflict` when there is another of the same name. */
  create(kind: Kind, body: object, silently = false): VtnObject | 'conflict' {
    const fields: Record<string, unknown> = { ...body };
    const keys = uniqueKeys[kind]?.filter((key) => fields[key] !== undefined && fields[key] !== null) ?? [];
    const isTaken = this.all(kind).some((other) => keys.every((key) => other[key] === fields[key]));
    if (keys.length > 0 && isTaken) return 'conflict';
    this.#count += 1;
    const nowText = new Date(this.#nowMs()).toISOString();
    const object: VtnObject = {
      ...fields,
      ...this.#privateKeys(kind, fields),
      id: `${objectTypes[kind].toLowerCase()}-${this.#count}`,
      createdDateTime: nowText,
      modificationDateTime: nowText,
    };
    this.#of(kind).set(object.id, object);
    if (!silently) this.#changed({ kind, operation: 'CREATE', object });
    return object;
  }

  update(kind: Kind, id: string, body: object, silently = false): VtnObject | undefined {
    const known = this.find(kind, id);
    if (known === undefined) return undefined;
    const modificationDateTime = new Date(this.#nowMs()).toISOString();
    const fields: Record<string, unknown> = { ...known, ...body };
    const object: VtnObject = { ...fields, ...this.#privateKeys(kind, fields), id, modificationDateTime };
    this.#of(kind).set(id, object);
    if (!silently) this.#changed({ kind, operation: 'UPDATE', object });
    return object;
  }

  remove(kind: Kind, id: string, silently = false): VtnObject | undefined {
    const object = this.find(kind, id);
    if (object === undefined) return undefined;
    this.#of(kind).delete(id);
    if (!silently) this.#changed({ kind, operation: 'DELETE', object });
    return object;
  }

  /** In 3.1 an object that a client made carries the client's id, and a VEN reads as business logic wrote it. */
  #privateKeys(kind: Kind, fields: Readonly<Record<string, unknown>>): object {
    const isOwned = ['reports', 'subscriptions', 'vens', 'resources'].includes(kind);
    if (this.#version === '3.0.1') return { objectType: objectTypes[kind] };
    if (kind === 'vens' || kind === 'resources') {
      return {
        clientID: 'ven-client',
        objectType: kind === 'vens' ? 'BL_VEN_REQUEST' : 'BL_RESOURCE_REQUEST',
      };
    }
    return {
      ...(isOwned ? { clientID: fields['clientID'] ?? 'ven-client' } : {}),
      objectType: objectTypes[kind],
    };
  }

  #of(kind: Kind): Map<string, VtnObject> {
    let objects = this.#objects.get(kind);
    if (objects === undefined) {
      objects = new Map();
      this.#objects.set(kind, objects);
    }
    return objects;
  }
}
