import type { Party } from '../../domain/roaming/common.ts';
import type { Logger } from '../../log.ts';
import { type AddressPolicy, partnerUrl } from '../transport/partnerUrl.ts';
import { invalid } from '../transport/reply.ts';
import type { PartnerClient } from './client.ts';
import type { RegisteredPartner } from './partnerBook.ts';
import { readAcknowledgement } from './tell.ts';

export interface CallbackPorts {
  readonly log: Logger;
  readonly client: Pick<PartnerClient, 'call'>;
  readonly policy: AddressPolicy;
  readonly own: Party;
}

/** Throws a refusal of a `response_url` that leads anywhere but to the partner itself. */
export function checkCallback(url: string, { state }: RegisteredPartner, policy: AddressPolicy): void {
  const address = partnerUrl(url, policy, state.access.origin);
  if ('why' in address) throw invalid(`response_url is refused: ${address.why}`);
}

/** Tells a partner what came of what it asked for. Never rejects: it waits no longer than we said, and asks again. */
export async function callBack(
  { client, log, own }: CallbackPorts,
  { id, state }: RegisteredPartner,
  { url, body, to }: { readonly url: string; readonly body: unknown; readonly to: Party },
): Promise<void> {
  const route = { from: own, to };
  try {
    await client.call(state.access, { method: 'POST', url, body, route, read: readAcknowledgement });
  } catch (error) {
    log.warn({ err: error, partner: id }, 'partner did not take the result of what it asked for');
  }
}
