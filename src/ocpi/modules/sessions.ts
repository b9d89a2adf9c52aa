import { type EvseId, evseId, type SessionId, sessionId } from '../../domain/ids.ts';
import { fraction, shortText, times } from '../../domain/pricing/fraction.ts';
import type { ChargingPreferences } from '../../domain/roaming/chargingProfile.ts';
import { type PreferenceTerms, preferencesRefusal } from '../../domain/roaming/preferences.ts';
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
  /** What the site of an EVSE knows for those who prefer cheap or green energy; undefined where partners see none of it. */
  offerAt(evse: EvseId): Pick<PreferenceTerms, 'hasPrices' | 'knowsGreen' | 'maxWatts'> | undefined;
  /** What a driver wants of a session, by his partner. False where it does not run. */
  wish(id: SessionId, wish: DriversWish, partnerId: string): Promise<boolean>;
}

type DriversWish = Pick<Session, 'departureAtMs' | 'wantedEnergyWh' | 'profile'>;

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
  if (found?.isDue !== true) throw notRunning();
  const { tariffs, session } = keptChargeIn(found).charge;
  const offer = ports.offerAt(evseId(session.evseUid));
  if (offer === undefined) throw notRunning();
  const terms = { ...offer, tariffs, chargedKwh: session.energyKwh, nowMs: ports.nowMs() };
  const refusal = preferencesRefusal(preferences, terms);
  if (refusal !== undefined) return done(refusal);
  const isTaken = await ports.wish(sessionId(found.alias), wishOf(preferences), call.partner.id);
  if (!isTaken) throw notRunning();
  return done('ACCEPTED');
}

const notRunning = () => notFound('there is no such session of yours that runs');

const wishOf = ({ profileType, departureMs, energyNeedKwh }: ChargingPreferences): DriversWish => ({
  profile: profileType,
  departureAtMs: departureMs,
  wantedEnergyWh: energyNeedKwh && Number(shortText(times(energyNeedKwh, fraction(1000)))),
});
