import type { RoamingObjects } from '../roamingObjects.ts';
import { keptChargeIn } from '../sessions/keptCharge.ts';
import { sessionOf } from '../versions.ts';
import { keptList } from './kept.ts';
import type { OcpiModule } from './module.ts';

/** The sessions of a partner's drivers [OCPI 2.2.1 sessions, sender interface]. */
export const sessionsSender = (objects: RoamingObjects): OcpiModule => ({
  identifier: 'sessions',
  role: 'SENDER',
  handle: (call) => {
    const { write } = sessionOf(call.version).codec;
    return keptList(objects, 'session', call, (object) => write(keptChargeIn(object).charge.session));
  },
});
