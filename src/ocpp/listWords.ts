import type { ListBounds } from '../domain/localList.ts';
import type { ReplyData } from './requests.ts';
import { whole } from './toldTraits.ts';

/** What a token on a local list may, as all versions call it. */
export const listStatuses = {
  accepted: 'Accepted',
  blocked: 'Blocked',
  expired: 'Expired',
  invalid: 'Invalid',
} as const;

/** How much a station says may be on its local list, and in one message of it. What is missing or no number says nothing. */
export function listBounds(told: {
  readonly entries: string | undefined;
  readonly perMessage: string | undefined;
}): ReplyData {
  const [entriesMax, perMessageMax] = [whole(told.entries), whole(told.perMessage)];
  const bounds: Partial<ListBounds> = {
    ...(entriesMax !== undefined && entriesMax > 0 && { entriesMax }),
    ...(perMessageMax !== undefined && perMessageMax > 0 && { perMessageMax }),
  };
  return { kind: 'local list bounds', bounds };
}
