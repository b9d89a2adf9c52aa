import { Type } from 'typebox';
import type { PartnerPlace } from '../domain/site.ts';
import type { Fault } from '../schema.ts';
import { closed, partnerId, section } from './parts.ts';
import type { CircuitConfig, Config, EvseConfig } from './schema.ts';

// EVSEs of other operators on circuits of ours.

/** In the place of `station`: whose EVSE it is, in that operator's own words. */
export const partnerEvseConfig = Type.Object(
  {
    id: partnerId,
    location: Type.String({ minLength: 1, maxLength: 36, description: "the location's id at the partner" }),
    evse: Type.String({ minLength: 1, maxLength: 36, description: "the EVSE's uid at the partner" }),
    connector: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 36,
        description: 'where its connectors feed from different circuits',
      }),
    ),
    unlimitedAmps: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 500,
        description:
          'what the partner gives a session there that nobody has limited yet, as agreed with it; left away: `maxAmps`',
      }),
    ),
  },
  closed,
);

/** How sessions of other operators are limited. */
export const loadManagementConfig = section(
  {
    leaseS: Type.Integer({
      default: 120,
      minimum: 60,
      maximum: 3_600,
      description: 'profiles fall to `failsafeAmps` by themselves after it, and are sent again at half of it',
    }),
    pauseS: Type.Integer({
      default: 15,
      minimum: 1,
      maximum: 600,
      description: 'between two profiles of one session, so that partners do not refuse them as too often',
    }),
  },
  'charging profiles for sessions at EVSEs of partners (`partner` of an EVSE)',
);

/**
 * The station of an EVSE. For one of a partner it is a name of its place, which no station of ours can have: an identity
 * has no colon.
 */
export const stationOf = ({ station, partner }: EvseConfig): string =>
  partner === undefined
    ? (station ?? '')
    : [partner.id, partner.location, partner.evse, partner.connector].filter(Boolean).join(':');

export function partnerPlace({ partner, maxAmps }: EvseConfig, { ocpi }: Config): PartnerPlace | undefined {
  if (partner === undefined || ocpi === undefined) return undefined;
  const { leaseS, pauseS } = ocpi.loadManagement;
  return {
    partnerId: partner.id,
    locationId: partner.location,
    evseUid: partner.evse,
    connectorId: partner.connector,
    unlimitedAmps: partner.unlimitedAmps ?? maxAmps,
    leaseMs: leaseS * 1000,
    pauseMs: pauseS * 1000,
  };
}

/** What is wrong with whose an EVSE is. */
export function partnerFaults(
  { circuit, path }: { readonly circuit: CircuitConfig; readonly path: string },
  { ocpi }: Config,
): readonly Fault[] {
  return circuit.evses.flatMap((evse, index) => {
    const { station, partner, maxAmps } = evse;
    const fault = (name: string, message: string): Fault => ({
      path: `${path}/evses/${index}${name}`,
      message,
    });
    if (partner === undefined)
      return station === undefined ? [fault('', 'needs `station`, or `partner` where it is not ours')] : [];
    const faults: Fault[] = [];
    if (station !== undefined)
      faults.push(fault('/station', 'has a `partner` too: it is either ours or not'));
    if (evse.evse !== 1) faults.push(fault('/evse', "means nothing at a partner's: `partner.evse` names it"));
    if (evse.public !== undefined) faults.push(fault('/public', 'is told by the partner whose EVSE it is'));
    if (ocpi === undefined) faults.push(fault('/partner', 'needs `ocpi`: how partners reach us'));
    else if (!ocpi.roles.includes('SCSP'))
      faults.push(fault('/partner', 'needs SCSP in `ocpi.roles`: without it partners tell no sessions'));
    const { unlimitedAmps = maxAmps } = partner;
    if (unlimitedAmps > maxAmps || unlimitedAmps < evse.failsafeAmps) {
      const message = `must be from failsafeAmps ${evse.failsafeAmps} A to maxAmps ${maxAmps} A, not ${unlimitedAmps} A`;
      faults.push(fault('/partner/unlimitedAmps', message));
    }
    return faults;
  });
}
