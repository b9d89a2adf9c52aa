import { type SessionId, sessionId } from '../../domain/ids.ts';
import type { RoamingProfile } from '../../domain/roaming/chargingProfile.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { RoamingObject } from '../../domain/roaming/partner.ts';
import { object, optional } from '../codec.ts';
import { chargingProfile } from '../objects/chargingProfile.ts';
import { party } from '../objects/common.ts';

/** A session on which its partner has set a profile, now or before: it hears of what became of it. */
export interface HeldProfile {
  readonly partnerId: string;
  /** As partners know it. */
  readonly roamingId: string;
  readonly sessionId: SessionId;
  /** Whose driver it is. */
  readonly to: Party;
  /** undefined once it was cleared. */
  readonly profile: RoamingProfile | undefined;
}

const codec = object<Party & { readonly profile?: RoamingProfile }>({
  ...party,
  profile: optional('charging_profile', chargingProfile),
});

/** How it is kept, so that a restart lifts no bound. `isOver`: its session has ended. */
export function keptProfile(
  { partnerId, roamingId, sessionId: alias, to, profile }: HeldProfile,
  { nowMs, isOver }: { readonly nowMs: number; readonly isOver: boolean },
): RoamingObject {
  const { countryCode, partyId } = to;
  return {
    ...{ kind: 'profile', partnerId, id: roamingId, alias, createdAtMs: nowMs, lastUpdatedMs: nowMs },
    isDue: !isOver,
    document: codec.write({ countryCode, partyId, ...(profile !== undefined && { profile }) }),
  };
}

/** What `keptProfile` wrote. */
export function heldProfileIn({ partnerId, id, alias, document }: RoamingObject): HeldProfile {
  const { profile, ...to } = codec.read(document);
  return { partnerId, roamingId: id, sessionId: sessionId(alias), to, profile };
}
