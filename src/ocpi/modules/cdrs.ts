import type { RoamingObjects } from '../roamingObjects.ts';
import { cdr } from '../v230/cdr.ts';
import { cdrOf } from '../versions.ts';
import { keptList } from './kept.ts';
import type { OcpiModule } from './module.ts';

/** The CDRs of a partner's drivers [OCPI 2.2.1 cdrs, sender interface]. */
export const cdrsSender = (objects: RoamingObjects): OcpiModule => ({
  identifier: 'cdrs',
  role: 'SENDER',
  handle: (call) => {
    const { write } = cdrOf(call.version).codec;
    return keptList(objects, 'cdr', call, ({ document }) => write(cdr.read(document)));
  },
});
