import type { Cdr } from '../../domain/roaming/cdr.ts';
import { creditFor, creditIdOf, isSameBill } from '../../domain/roaming/credit.ts';
import type { RoamingObject } from '../../domain/roaming/partner.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { cdr as codec } from '../v230/cdr.ts';

/** Whose the charge is, here and at us. */
interface Owner {
  readonly partnerId: string;
  /** Our own id of the session. */
  readonly sessionId: string;
}

/** Where bills are kept, and when they are made. */
export interface BillPorts {
  readonly objects: RoamingObjects;
  readonly nowMs: number;
}

/** A bill as it is kept. */
export interface KeptBill {
  readonly cdr: Cdr;
  readonly object: RoamingObject;
}

/** A charge that was billed so often is left for a person. */
export const billsMax = 9;

/**
 * Bills a charge: with its first CDR, or by crediting the newest one, where it said something else, and with another. What is
 * there already stays as it is, so a process that ends on the way does the rest when it begins again. What a person has
 * credited or corrected stands.
 */
export async function billed(
  ports: BillPorts,
  owner: Owner,
  cdr: Cdr,
): Promise<'billed' | 'corrected' | 'same' | 'by hand' | 'too often'> {
  const { partnerId, sessionId: alias } = owner;
  const add = (each: Cdr): Promise<boolean> => addBill(ports, { partnerId, alias }, each);
  const before = await billsOf(ports.objects, partnerId, cdr.id);
  const newest = before.at(-1);
  if (newest === undefined) {
    await add(cdr);
    return 'billed';
  }
  if (isSameBill(newest.cdr, cdr)) return 'same';
  const shelf = { kind: 'cdr', partnerId } as const;
  const credit = await ports.objects.findRoamingObject(shelf, creditIdOf(newest.cdr));
  if (isByHand(newest.object) || (credit !== undefined && isByHand(credit))) return 'by hand';
  if (before.length >= billsMax) return 'too often';
  await add(creditFor(newest.cdr, ports.nowMs));
  await addBill(after(ports), { partnerId, alias }, { ...cdr, id: billIdOf(cdr.id, before.length + 1) });
  return 'corrected';
}

/** The bills of a charge, the newest last; what credits them is not among them. */
export async function billsOf(
  objects: RoamingObjects,
  partnerId: string,
  id: string,
): Promise<readonly KeptBill[]> {
  const found: KeptBill[] = [];
  for (let number = 1; number <= billsMax; number += 1) {
    const object = await objects.findRoamingObject({ kind: 'cdr', partnerId }, billIdOf(id, number));
    if (object === undefined) break;
    found.push({ cdr: codec.read(object.document), object });
  }
  return found;
}

/** False where there is one of its id already: that one stays. */
export const addBill = (
  { objects, nowMs }: BillPorts,
  owner: Pick<RoamingObject, 'partnerId' | 'alias'>,
  cdr: Cdr,
): Promise<boolean> =>
  objects.addRoamingObject({
    ...{ kind: 'cdr', ...owner, id: cdr.id, isDue: true },
    ...{ createdAtMs: nowMs, lastUpdatedMs: cdr.lastUpdatedMs, document: codec.write(cdr) },
  });

/** For what is told next: partners hear of a credit before the bill in its place. */
export const after = ({ objects, nowMs }: BillPorts): BillPorts => ({ objects, nowMs: nowMs + 1 });

/** Of the n-th bill of a charge. */
export const billIdOf = (id: string, number: number): string => (number === 1 ? id : `${id}-${number}`);

const handMark = 'by hand~';
const isByHand = ({ alias }: RoamingObject): boolean => alias.startsWith(handMark);

/** The alias of what a person made for a session. */
export const byHand = (alias: string): string => (alias.startsWith(handMark) ? alias : `${handMark}${alias}`);
