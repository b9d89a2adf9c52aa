import type { RoamingObjects } from '../roamingObjects.ts';
import type { KeptCharge } from './keptCharge.ts';

/** Keeps which session was started under a partner's reference: a payment is found by it. The first one stays. */
export async function noteReference(
  objects: RoamingObjects,
  { partnerId, createdAtMs, charge: { session } }: KeptCharge,
): Promise<void> {
  const { authorizationReference: reference, id } = session;
  if (reference === undefined) return;
  await objects.addRoamingObject({
    ...{ kind: 'reference', partnerId, id: reference.toUpperCase(), alias: id },
    ...{ createdAtMs, lastUpdatedMs: createdAtMs, isDue: false, document: null },
  });
}

/** What the partner knows the session as; undefined where none was started under the reference. */
export async function referredSession(
  objects: RoamingObjects,
  partnerId: string,
  reference: string,
): Promise<string | undefined> {
  const shelf = { kind: 'reference', partnerId } as const;
  return (await objects.findRoamingObject(shelf, reference.toUpperCase()))?.alias;
}
