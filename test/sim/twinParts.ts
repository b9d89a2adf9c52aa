import type { ControlParts } from '../../src/app/control.ts';
import { ExposureLedger } from '../../src/control/exposure.ts';
import { SiteState } from '../../src/control/siteState.ts';

/** The service's own, for a test to put something else in the place of one. */
export const realParts: ControlParts = {
  ledger: (...input) => new ExposureLedger(...input),
  state: (...input) => new SiteState(...input),
};
