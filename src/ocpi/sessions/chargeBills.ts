import type { Cdr } from '../../domain/roaming/cdr.ts';
import { creditFor, isSameBill } from '../../domain/roaming/credit.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { cdr as codec } from '../v230/cdr.ts';

/** Whose the charge is, here and at us. */
interface Owner {
  readonly partnerId: string;
  /** Our own id of the session. */
  readonly sessionId: string;
}

/** A charge that was billed so often is left for a person. */
const billsMax = 9;

/**
 * Bills a charge: with its first CDR, or by crediting the newest one, where it said something else, and with another. What is
 * there already stays as it is, so a process that ends on the way does the rest when it begins again.
 */
export async function billed(
  { objects, nowMs }: { readonly objects: RoamingObjects; readonly nowMs: number },
  owner: Owner,
  cdr: Cdr,
): Promise<'billed' | 'corrected' | 'same' | 'too often'> {
  const { partnerId, sessionId: alias } = owner;
  const add = (each: Cdr): Promise<boolean> =>
    objects.addRoamingObject({
      ...{ kind: 'cdr', partnerId, id: each.id, alias, isDue: true },
      ...{ createdAtMs: nowMs, lastUpdatedMs: each.lastUpdatedMs, document: codec.write(each) },
    });
  const before = await billsOf(objects, partnerId, cdr.id);
  const newest = before.at(-1);
  if (newest === undefined) {
    await add(cdr);
    return 'billed';
  }
  if (isSameBill(newest, cdr)) return 'same';
  if (before.length >= billsMax) return 'too often';
  await add(creditFor(newest, nowMs));
  await add({ ...cdr, id: idOf(cdr.id, before.length + 1) });
  return 'corrected';
}

async function billsOf(objects: RoamingObjects, partnerId: string, id: string): Promise<readonly Cdr[]> {
  const found: Cdr[] = [];
  for (let number = 1; number <= billsMax; number += 1) {
    const object = await objects.findRoamingObject({ kind: 'cdr', partnerId }, idOf(id, number));
    if (object === undefined) break;
    found.push(codec.read(object.document));
  }
  return found;
}

const idOf = (id: string, number: number): string => (number === 1 ? id : `${id}-${number}`);
