import type { HeardGridLimit } from '../../src/domain/bindingLimits.ts';
import type { GridConnection } from '../../src/domain/gridConnection.ts';
import type { LimitTarget, LimitTerms } from '../../src/domain/gridLimit.ts';
import { circuitId, limitId, siteId } from '../../src/domain/ids.ts';

export const gridTarget: LimitTarget = {
  kind: 'circuit',
  siteId: siteId('garage'),
  circuitId: circuitId('grid'),
};

/** May limit the grid connection of the garage; silent for 300 s, 10 A hold. Released at once. */
export const givenConnection = (change: Partial<GridConnection> = {}): GridConnection => ({
  id: 'dso',
  profile: 'generic',
  targets: [{ target: gridTarget, externalIds: ['735999'], failsafe: { amps: 10 } }],
  heartbeatTimeoutMs: 300_000,
  boundary: 'connection',
  minDurationMs: 7_200_000,
  afterMin: 'hold',
  supersede: 'lowest',
  mayRaiseAboveContract: false,
  meanCeiling: 1,
  release: { randomMs: 0, rampMs: 0 },
  levelsWatts: [],
  devices14a: undefined,
  ...change,
});

let count = 0;

/** A standing event of 30 A on the grid connection, heard at 0. */
export const givenHeard = (
  change: Partial<Omit<HeardGridLimit, 'terms'>> = {},
  terms: Partial<LimitTerms> = {},
): HeardGridLimit => {
  count += 1;
  return {
    id: limitId(`H${count}`),
    target: gridTarget,
    value: { amps: 30 },
    source: 'grid-operator',
    setBy: 'dso',
    reason: 'cold evening',
    fromMs: 0,
    untilMs: undefined,
    createdAtMs: 0,
    ...change,
    terms: {
      connectionId: 'dso',
      externalId: `E${count}`,
      version: 1,
      direction: 'import',
      boundary: 'connection',
      kind: 'cap',
      role: 'event',
      averaging: { mode: 'instant' },
      priority: 100,
      complyWithinS: 0,
      ...terms,
    },
  };
};
