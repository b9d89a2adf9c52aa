import type { ControlSnapshot } from '../../src/control/snapshot.ts';

/** Of a control that knows nothing; `number` counts what it was told. */
export const givenSnapshot = (number = 0): ControlSnapshot => ({
  startedAtMs: 0,
  count: { number, sequence: 0 },
  ledger: [],
  meters: [],
  grid: { states: [], releases: [], flows: [], energy: [] },
  evses: [],
  stations: [],
  limits: [],
  stops: [],
});
