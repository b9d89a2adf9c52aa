import type { RoamingKind, RoamingObject } from '../../domain/roaming/partner.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { listReply, pageQuery } from '../transport/paging.ts';
import { notAllowed, notFound, type Reply } from '../transport/reply.ts';
import type { PartnerModuleCall } from './module.ts';

/** The objects of one kind that belong to the partner, or that are ours and for every partner, page by page. */
export async function keptList(
  objects: RoamingObjects,
  kind: RoamingKind,
  call: PartnerModuleCall,
  write: (object: RoamingObject) => unknown,
  partnerId = call.partner.id,
): Promise<Reply> {
  if (call.method !== 'GET') throw notAllowed(`${call.method} is not possible here`);
  if (call.segments.length > 0) throw notFound('there is a list here, and nothing below it');
  const query = pageQuery(call.query);
  const page = { kind, partnerId, ...query };
  const { items, total } = await objects.pageRoamingObjects(page);
  return listReply({ items: items.map(write), total }, query, call);
}
