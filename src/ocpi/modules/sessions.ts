import { type SessionId, sessionId } from '../../domain/ids.ts';
import { fraction, shortText, times } from '../../domain/pricing/fraction.ts';
import type { ChargingPreferences } from '../../domain/roaming/chargingProfile.ts';
import type { Session } from '../../domain/session.ts';
import { decoder } from '../codec.ts';
import { chargingPreferences } from '../objects/chargingProfile.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { keptChargeIn } from '../sessions/keptCharge.ts';
import { done, notAllowed, notFound, type Reply, understood } from '../transport/reply.ts';
import { sessionOf } from '../versions.ts';
import { keptList } from './kept.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

export interface SessionsPorts {
  readonly objects: RoamingObjects;
  nowMs(): number;
  /** What a driver wants of a session, by his partner. False where it does not run. */
  wish(id: SessionId, wish: DriversWish, partnerId: string): Promise<boolean>;
}

type DriversWish = Pick<Session, 'departureAtMs' | 'wantedEnergyWh'>;

const readPreferences = decoder(chargingPreferences);

/** The sessions of a partner's drivers, and what those drivers want [OCPI 2.2.1 sessions, sender interface]. */
export const sessionsSender = (ports: SessionsPorts): OcpiModule => ({
  identifier: 'sessions',
  role: 'SENDER',
  handle: (call) => {
    const [id, what] = call.segments;
    if (id !== undefined && what === 'charging_preferences') return prefer(ports, call, id);
    const { write } = sessionOf(call.version).codec;
    return keptList(ports.objects, 'session', call, (object) => write(keptChargeIn(object).charge.session));
  },
});

async function prefer(ports: SessionsPorts, call: PartnerModuleCall, id: string): Promise<Reply> {
  if (call.method !== 'PUT' || call.segments.length > 2) throw notAllowed('preferences are PUT');
  const preferences = understood(readPreferences(call.body));
  const shelf = { kind: 'session', partnerId: call.partner.id } as const;
  const found = await ports.objects.findRoamingObject(shelf, id.toLowerCase());
  if (found?.isDue !== true) throw notFound('there is no such session of yours that runs');
  const refusal = refusalOf(preferences, ports.nowMs());
  if (refusal !== undefined) return done(refusal);
  const isTaken = await ports.wish(sessionId(found.alias), wishOf(preferences), call.partner.id);
  if (!isTaken) throw notFound('there is no such session of yours that runs');
  return done('ACCEPTED');
}

/** A profile type beside the regular one needs a tariff of its own [OCPI 2.2.1 sessions, set charging preferences]. */
function refusalOf({ profileType, departureMs }: ChargingPreferences, nowMs: number): string | undefined {
  if (profileType !== 'REGULAR') return 'PROFILE_TYPE_NOT_SUPPORTED';
  return departureMs !== undefined && departureMs <= nowMs ? 'NOT_POSSIBLE' : undefined;
}

const wishOf = ({ departureMs, energyNeedKwh }: ChargingPreferences): DriversWish => ({
  departureAtMs: departureMs,
  wantedEnergyWh: energyNeedKwh && Number(shortText(times(energyNeedKwh, fraction(1000)))),
});
