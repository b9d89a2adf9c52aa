import type { Shape } from '../shapes.ts';

const site = (id: string): object => ({
  id,
  name: id,
  timeZone: 'Europe/Stockholm',
  circuit: {
    id: `grid-${id}`,
    breakerAmps: 63,
    assumedBackgroundAmps: 12,
    meter: { topic: `meters/${id}`, preset: 'generic', maxAgeS: 15 },
    evses: Array.from({ length: 4 }, (_, index) => ({
      id: `${id}-${index + 1}`,
      station: `CP-${id}-${index + 1}`,
    })),
  },
});

const connection = (id: string, target: object, more: object): object => ({
  id,
  targets: [{ ...target, externalIds: [id] }],
  release: { randomS: 10, rampS: 20 },
  ...more,
});

/** A grid operator of each kind, two of them on the same grid connection, and one above all three sites. */
export const dsoShape: Shape = {
  meterMs: 2_000,
  config: {
    control: { minOnS: 300, tickMs: 2_000 },
    areas: [{ id: 'feeder', limitWatts: 90_000, sites: ['east', 'west', 'hill'] }],
    sites: ['east', 'west', 'hill'].map(site),
    grid: {
      connections: [
        connection('rest', { site: 'east', failsafeWatts: 20_000 }, { heartbeatTimeoutS: 60 }),
        connection('lpc', { site: 'west', failsafeWatts: 18_000 }, { profile: 'lpc' }),
        connection(
          'vtn',
          { site: 'hill', failsafeWatts: 16_000 },
          { profile: 'openadr3', heartbeatTimeoutS: 90 },
        ),
        connection('market', { site: 'hill', failsafeWatts: 25_000 }, {}),
        connection(
          'oscp',
          { area: 'feeder', failsafeWatts: 45_000 },
          { profile: 'oscp', heartbeatTimeoutS: 60 },
        ),
      ],
    },
  },
};
