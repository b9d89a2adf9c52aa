import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../src/config/config.ts';

const text = (bookings: string, { location = true, ocpi = true, breakerAmps = 80 } = {}): string => `
${ocpi ? 'ocpi: { party: { countryCode: SE, partyId: GRG, name: Garage }, roles: [CPO, SCSP] }' : ''}
sites:
  - id: garage
    bookings: { ${bookings} }
    ${location ? 'location: { address: Storgatan 1, city: Lund, country: SWE, latitude: "55.70466", longitude: "13.19101" }' : ''}
    circuit:
      id: grid
      breakerAmps: ${breakerAmps}
      evses: [{ id: A1, station: CP-A1 }${ocpi ? ', { id: F1, partner: { id: fjord, location: LOC1, evse: E1 } }' : ''}]
`;

function faults(config: string): readonly string[] {
  try {
    parseConfig(config, 'lastvakt.yaml', {});
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, message }) => `${path}: ${message}`);
  }
}

it.each([
  ['2026-02-30T08:00Z', '2026-03-01T08:00Z', 'names a day or a time that does not exist'],
  ['2026-12-24T15:00+01:00', '2026-12-24T14:00Z', 'must end after it begins'],
])('a site cannot be closed from %s until %s', (from, until, fault) => {
  const closing = `exceptionalClosings: [{ from: "${from}", until: "${until}" }]`;
  const config = text('evses: [A1]').replace('city: Lund', `city: Lund, ${closing}`);
  expect(faults(config)).toEqual([`/sites/0/location/exceptionalClosings/0: ${fault}`]);
});

it.each([
  [
    'isGreenEnergy: true, energyMix: { sources: [{ source: WIND, percent: 99 }, { source: SOLAR, percent: 2 }] }',
    'has 101 % of sources',
  ],
  ['energyMix: { supplier: Kraft AB }', 'needs isGreenEnergy'],
])('a site does not tell of its energy %s', (mix, fault) => {
  const config = text('evses: [A1]').replace('city: Lund', `city: Lund, ${mix}`);
  expect(faults(config)).toEqual([expect.stringContaining(fault)]);
});

describe('the bookings of a site in the config', () => {
  it('are for EVSEs of ours, with usual terms where none are told', () => {
    const { config } = parseConfig(text('evses: [A1]'), 'lastvakt.yaml', {});
    expect(config.sites[0]?.bookings).toMatchObject({
      ...{ evses: ['A1'], daysAhead: 14, stepMinutes: 15, minMinutes: 15, maxMinutes: 240, holdMinutes: 15 },
      ...{ noShowMinutes: 15, changeUntilMinutes: 0, cancelUntilMinutes: 0, perPartner: 50 },
    });
  });

  it.each([
    ['evses: [A1, A9]', {}, '/sites/0/bookings/evses: "A9" is no EVSE of ours at this site'],
    ['evses: [F1]', {}, '/sites/0/bookings/evses: "F1" is no EVSE of ours at this site'],
    ['evses: [A1]', { location: false }, 'needs the section ocpi and the location'],
    ['evses: [A1]', { ocpi: false }, 'needs the section ocpi and the location'],
    ['evses: [A1], guaranteedWatts: 1000', {}, 'guaranteedWatts: is less than the least'],
    ['evses: [A1], guaranteedWatts: 30000', {}, 'more than the most of EVSE A1'],
    ['evses: [A1], guaranteedWatts: 22000', { breakerAmps: 60 }, 'does not fit on grid'],
    ['evses: [A1], minMinutes: 20', {}, 'minMinutes: must be a multiple of stepMinutes, 15'],
    ['evses: [A1], minMinutes: 60, maxMinutes: 30', {}, 'maxMinutes: is less than minMinutes, 60'],
  ])('are refused as %s with %j', (bookings, change, fault) => {
    expect(faults(text(bookings, change))).toEqual([expect.stringContaining(fault)]);
  });
});
