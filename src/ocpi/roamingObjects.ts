import type { RoamingKind, RoamingObject } from '../domain/roaming/partner.ts';
import type { PageQuery } from './transport/paging.ts';

interface Shelf {
  readonly kind: RoamingKind;
  readonly partnerId: string;
}

/** Where objects are kept, each found by its partner alone. */
export interface RoamingObjects {
  saveRoamingObject(object: RoamingObject): Promise<void>;
  addRoamingObject(object: RoamingObject): Promise<boolean>;
  findRoamingObject(shelf: Shelf, id: string): Promise<RoamingObject | undefined>;
  roamingObjectsByAlias(kind: RoamingKind, alias: string): Promise<readonly RoamingObject[]>;
  pageRoamingObjects(
    page: Shelf & PageQuery,
  ): Promise<{ readonly items: readonly RoamingObject[]; readonly total: number }>;
  dueRoamingObjects(shelf: Shelf, countMax: number): Promise<readonly RoamingObject[]>;
  toldRoamingObject(shelf: Shelf, id: string): Promise<void>;
  countRoamingObjects(shelf: Shelf): Promise<number>;
  deleteRoamingObject(shelf: Shelf, id: string): Promise<boolean>;
}
