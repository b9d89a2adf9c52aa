import { describe, expect, it } from 'vitest';
import { type DraftedConfig, draftedConfig } from '../../src/config/draft.ts';
import type { SiteDraft } from '../../src/domain/siteDraft.ts';
import { codedRefusal } from '../../src/http/refusalCodes.ts';
import { hashPassword } from '../../src/ocpp/security/passwords.ts';

const passwordHash = await hashPassword('0123456789abcdef');

const shelly: NonNullable<SiteDraft['meter']> = {
  broker: { url: 'mqtt://127.0.0.1:1883' },
  preset: 'shelly-gen2-3em',
  topic: 'shellypro3em-1',
  turned: [],
  hasGeneration: false,
};

/** A garage with a Shelly, two stations in a hall of its own. Each test changes what it is about. */
const given = (change: Partial<SiteDraft> = {}): SiteDraft => ({
  name: 'Garage Åkerö',
  timeZone: 'Europe/Stockholm',
  system: 'TN',
  phases: ['L1', 'L2', 'L3'],
  breakerAmps: 25,
  backgroundAmps: 12,
  meter: shelly,
  circuits: [{ id: 'hall', breakerAmps: 20 }],
  evses: [evse(1), evse(2)],
  stationHost: '192.168.1.10',
  stationPort: 9000,
  ...change,
});

const evse = (
  number: number,
  change: Partial<SiteDraft['evses'][number]> = {},
): SiteDraft['evses'][number] => ({
  id: `A${number}`,
  station: `CP-${number}`,
  evse: 1,
  circuit: 'hall',
  phases: ['L1', 'L2', 'L3'],
  maxAmps: 16,
  ...change,
});

const atRoot = (...given: Parameters<typeof evse>): SiteDraft['evses'][number] => {
  const { circuit: _, ...rest } = evse(...given);
  return rest;
};

const drafted = (draft: SiteDraft): DraftedConfig =>
  draftedConfig(draft, {
    httpPort: 8080,
    databaseFile: '/srv/lastvakt.db',
    hashOf: () => passwordHash,
    environment: {},
  });

const faultsOf = (draft: SiteDraft): readonly string[] => {
  const outcome = drafted(draft);
  return outcome.status === 'faulty' ? outcome.faults.map(({ path }) => path) : [];
};

describe('the config of a site described in the browser', () => {
  it('is one that serve reads, with the tree as it was described', () => {
    const outcome = drafted(given({ evses: [evse(1), evse(2, { phases: ['L2', 'L3', 'L1'] })] }));
    expect(outcome).toMatchObject({
      status: 'fits',
      failsafeAmps: 6,
      loaded: {
        sites: [
          {
            id: 'garage-akero',
            name: 'Garage Åkerö',
            circuits: [
              { id: 'grid', breakerAmps: 25 },
              { id: 'hall', parent: 'grid' },
            ],
            evses: [
              { id: 'A1', wiring: [0, 1, 2], failsafeAmps: 6 },
              { id: 'A2', wiring: [1, 2, 0] },
            ],
          },
        ],
      },
    });
  });

  it('lets stations in from elsewhere only with their passwords, and on loopback only from there', () => {
    const ocppHostOf = (stationHost: string) => {
      const outcome = drafted(given({ stationHost }));
      return outcome.status === 'fits' ? outcome.loaded.config.ocpp.host : undefined;
    };
    expect(ocppHostOf('192.168.1.10')).toBe('0.0.0.0');
    expect(ocppHostOf('127.0.0.1')).toBe('127.0.0.1');
  });

  it('has a failsafe current of 0 where the building leaves less than every car needs', () => {
    expect(drafted(given({ backgroundAmps: 13 }))).toMatchObject({ failsafeAmps: 6 });
    expect(drafted(given({ backgroundAmps: 13.1 }))).toMatchObject({ failsafeAmps: 0 });
  });

  it('turns the phases about whose current transformers sit the wrong way round', () => {
    const meter = { ...shelly, turned: ['L2' as const] };
    const outcome = drafted(given({ meter }));
    expect(outcome.status === 'fits' && outcome.loaded.config.sites[0]?.circuit.meter).toMatchObject({
      turned: ['L2'],
    });
  });

  it('is possible without a meter: the building is always taken to draw its most', () => {
    const { meter: _, ...draft } = given();
    expect(drafted(draft)).toMatchObject({ status: 'fits' });
  });

  it.each<[string, Partial<SiteDraft>, string]>([
    ['a time zone that is none', { timeZone: 'Lund' }, 'timeZone'],
    ['a fuse of nothing', { breakerAmps: 0 }, 'breakerAmps'],
    ['a building that draws more than the fuse', { backgroundAmps: 26 }, 'backgroundAmps'],
    ['a hall above its feeder', { circuits: [{ id: 'hall', breakerAmps: 40 }] }, 'circuits/0/breakerAmps'],
    [
      'a circuit with a space in its name',
      {
        circuits: [
          { id: 'hall', breakerAmps: 20 },
          { id: 'a b', breakerAmps: 5 },
        ],
      },
      'circuits/1/id',
    ],
    ['two EVSEs of one name', { evses: [evse(1), evse(2), evse(3, { id: 'A1' })] }, 'evses/2/id'],
    ['an EVSE below what a car can use', { evses: [atRoot(1), evse(2, { maxAmps: 3 })] }, 'evses/1/maxAmps'],
    ['the same at the grid connection', { evses: [evse(1), atRoot(2, { maxAmps: 3 })] }, 'evses/1/maxAmps'],
    ['an EVSE of a circuit that is not there', { evses: [evse(1, { circuit: 'b' })] }, 'evses/0/circuit'],
    ['a broker that is no address', { meter: { ...shelly, broker: { url: 'broker' } } }, 'meter/broker/url'],
    ['a topic with a wildcard', { meter: { ...shelly, topic: 'a/#' } }, 'meter/topic'],
  ])('is refused with %s, at its field', (_what, change, path) => {
    expect(faultsOf(given(change))).toContain(path);
  });

  it.each<[string, Partial<SiteDraft>]>([
    ['no-time-zone', { timeZone: 'Lund' }],
    ['failsafe-budget', { backgroundAmps: 26 }],
    ['breaker-above', { circuits: [{ id: 'hall', breakerAmps: 40 }] }],
    ['id-taken', { evses: [evse(1), evse(2, { id: 'A1' })] }],
    ['no-circuit', { evses: [evse(1, { circuit: 'b' })] }],
  ])('is refused in words that the page knows by their code: %s', (code, change) => {
    const outcome = drafted(given(change));
    const faults = outcome.status === 'faulty' ? outcome.faults : [];
    expect(faults.map(({ message }) => codedRefusal(message, undefined)?.code)).toContain(code);
  });
});
