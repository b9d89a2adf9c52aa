import type { Pushes } from '../partners/pushes.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { sessionOf } from '../versions.ts';
import { type KeptCharge, kept } from './keptCharge.ts';

/** Writes down how a charge stands, and tells its partner. */
export async function keepCharge(
  { objects, pushes }: { readonly objects: RoamingObjects; readonly pushes: Pick<Pushes, 'to'> },
  known: KeptCharge,
): Promise<void> {
  const { session } = known.charge;
  const { id, countryCode, partyId, token } = session;
  await objects.saveRoamingObject(kept(known));
  pushes.to(known.partnerId, 'sessions', id, (version) => ({
    method: 'PUT',
    path: [countryCode, partyId, id],
    body: sessionOf(version).codec.write(session),
    to: token,
  }));
}
