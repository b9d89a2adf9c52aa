import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { ConfigError, type LoadedConfig, loadConfig, parseConfig } from '../../src/config/config.ts';

/** A garage with a metered connection of 63 A, a hall of 40 A, and one EVSE in it. */
const garage = `
sites:
  - id: garage
    name: Garage Lund
    timeZone: Europe/Stockholm
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 20
      meter: { topic: meters/garage/grid, preset: generic }
      circuits:
        - id: hall-a
          breakerAmps: 40
          evses:
            - { id: A1, station: CP-A1 }
`;

// biome-ignore lint/suspicious/noExplicitAny: the tests change a config into all that it must not be.
type Loose = any;

/** The garage after a change of its plain values, as text. */
function given(change: (config: Loose) => void = () => {}): string {
  const config: Loose = parse(garage);
  change(config);
  return stringify(config);
}

const load = (text: string, environment: Record<string, string> = {}): LoadedConfig =>
  parseConfig(text, 'lastvakt.yaml', environment);

/** Every fault as `path: message`; none when the config is taken. */
function faults(text: string, environment: Record<string, string> = {}): readonly string[] {
  try {
    load(text, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ path, message }) => `${path}: ${message}`);
  }
}

const hall = (config: Loose): Loose => config.sites[0].circuit.circuits[0];

describe('a config', () => {
  it('has a default for everything but its sites', () => {
    const { config } = load(given());
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 8080 });
    expect(config.ocpp).toMatchObject({ port: 9000, unknownStations: 'refuse', unknownTokens: 'accept' });
    expect(config.database.url).toBe('sqlite:lastvakt.db');
    expect(config.influx).toBeUndefined();
    expect(config.control).toMatchObject({ tickMs: 1000, leaseS: 120, deadbandAmps: 0.5, reclaimS: 30 });
    expect(config.access.keys).toEqual([]);
  });

  it('becomes sites with their circuits, parents first', () => {
    const [site] = load(given()).sites;
    expect(site).toMatchObject({
      id: 'garage',
      name: 'Garage Lund',
      supply: { system: 'TN', phaseVolts: 230 },
    });
    expect(site?.circuits).toEqual([
      {
        id: 'grid',
        parent: undefined,
        phases: [0, 1, 2],
        breakerAmps: 63,
        ratedWatts: undefined,
        assumedBackgroundAmps: 20,
        meter: { measures: 'total', maxAgeMs: 15_000, hasGeneration: false },
      },
      {
        id: 'hall-a',
        parent: 'grid',
        phases: [0, 1, 2],
        breakerAmps: 40,
        ratedWatts: undefined,
        assumedBackgroundAmps: 0,
        meter: undefined,
      },
    ]);
  });

  it('becomes EVSEs with their wiring in rotation order and the traits of their station', () => {
    const text = given((config) => {
      config.stations = [{ id: 'CP-A1', traits: { unit: 'W', stepAmps: 0.1 } }];
      Object.assign(hall(config).evses[0], { phases: ['L2', 'L3', 'L1'], evse: 2 });
    });
    expect(load(text).sites[0]?.evses).toEqual([
      {
        id: 'A1',
        circuit: 'hall-a',
        station: 'CP-A1',
        number: 2,
        wiring: [1, 2, 0],
        minAmps: 6,
        maxAmps: 32,
        failsafeAmps: 6,
        priority: 0,
        weight: 1,
        traits: { unit: 'W', stepAmps: 0.1 },
      },
    ]);
  });

  it('becomes areas', () => {
    const text = given((config) => {
      config.areas = [{ id: 'feeder-12', limitWatts: 400_000, sites: ['garage'] }];
    });
    expect(load(text).areas).toEqual([{ id: 'feeder-12', limitWatts: 400_000, sites: ['garage'] }]);
  });

  it('names a site after its id where it has no name', () => {
    expect(load(given((config) => delete config.sites[0].name)).sites[0]?.name).toBe('garage');
  });
});

describe('a config that is refused', () => {
  it('tells ten faults at once, each with its place', () => {
    const text = given((config) => {
      config.http = { port: 70_000 };
      config.control = { tickMs: 'fast', deadband: 1 };
      config.sites[0].circuit.breakerAmps = -5;
      config.sites[0].timeZone = 'Europe/Lund';
      Object.assign(hall(config), { breakerAmps: 50, phases: ['L1', 'L4'] });
      config.stations = [{ id: 'CP-B9' }, { id: 'CP-B9' }];
      config.access = { keys: [{ name: 'office', role: 'boss', sha256: 'secret' }] };
    });
    const found = faults(text);
    expect(found.length).toBeGreaterThanOrEqual(10);
    expect(found).toContain('/http/port: must be <= 65535');
    expect(found).toContain('/control/tickMs: must be integer');
    expect(found).toContain('/control: has the unknown key "deadband"');
    expect(found).toContain('/sites/0/circuit/breakerAmps: must be > 0');
    expect(found).toContain('/sites/0/timeZone: "Europe/Lund" is no IANA time zone');
    expect(found).toContain('/sites/0/circuit/circuits/0/phases/1: must be one of ["L1","L2","L3"]');
    expect(found).toContain('/stations/1: station id "CP-B9" is taken already by /stations/0');
    expect(found).toContain(
      '/access/keys/0/role: must be one of ["viewer","site-operator","grid-operator","admin"]',
    );
  });

  it('says so to people, one fault a line, and carries a code', () => {
    const refused = (): LoadedConfig => load(given((config) => delete config.sites[0].circuit.breakerAmps));
    expect(refused).toThrow(
      'lastvakt.yaml was refused, 1 fault:\n  /sites/0/circuit: lacks the key "breakerAmps"',
    );
    expect(refused).toThrow(expect.objectContaining({ code: 'config-refused' }));
  });

  it('tells what is wrong with the sense of it beside an unknown key', () => {
    const text = given((config) => {
      config.acess = {};
      config.sites[0].circuit.assumedBackgroundAmps = 60;
    });
    expect(faults(text)).toHaveLength(4);
  });

  it.each([
    ['is not there', '', ['/: lacks the key "sites"']],
    ['is a list', '- 1\n', ['/: must be object']],
    ['has no site', 'sites: []\n', ['/sites: must NOT have fewer than 1 items']],
    [
      'is two documents',
      `${garage}---\n${garage}`,
      ['line 16, column 1: Source contains multiple documents; please use YAML.parseAllDocuments()'],
    ],
  ])('because it %s', (_what, text, found) => {
    expect(faults(text)).toEqual(found);
  });

  it('because it is broken YAML, with the line and the column', () => {
    const [fault] = faults('sites:\n  - id: garage\n   name: {\n');
    expect(fault).toMatch(/^line \d+, column \d+: /);
  });

  it('because a key is there twice', () => {
    expect(faults(`${garage}sites: []\n`)).toEqual(['line 16, column 1: Map keys must be unique']);
  });

  it('because an alias has no anchor, or aliases would fill the memory', () => {
    expect(faults('sites: *nothing\n')[0]).toContain('nothing');
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let level = 1; level < 12; level++) {
      lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => `*a${level - 1}`).join(', ')}]`);
    }
    expect(faults(lines.join('\n'))[0]).toContain('alias');
  });

  it('because it is larger than 4 MiB', () => {
    expect(faults(`# ${'x'.repeat(4 * 1024 * 1024)}`)).toEqual(['/: is larger than 4194304 bytes']);
  });

  it('because the file is not there', () => {
    expect(() => loadConfig('/nowhere/lastvakt.yaml', {})).toThrow(/\/: cannot be read: .*ENOENT/);
  });
});

describe('the sense of a config', () => {
  it.each<[string, (config: Loose) => void, string]>([
    [
      'two circuits of the same id',
      (config) => Object.assign(hall(config), { id: 'grid' }),
      '/sites/0/circuit/circuits/0: circuit or area id "grid" is taken already by /sites/0/circuit',
    ],
    [
      'two EVSEs of the same id',
      (config) => hall(config).evses.push({ id: 'A1', station: 'CP-A2' }),
      '/sites/0/circuit/circuits/0/evses/1: EVSE id "A1" is taken already by /sites/0/circuit/circuits/0/evses/0',
    ],
    [
      'two EVSEs with one number at one station',
      (config) => hall(config).evses.push({ id: 'A2', station: 'CP-A1' }),
      '/sites/0/circuit/circuits/0/evses/1: EVSE of a station id "CP-A1, number 1" is taken already by /sites/0/circuit/circuits/0/evses/0',
    ],
    [
      'an EVSE on a phase its circuit does not have',
      (config) => Object.assign(hall(config), { phases: ['L1'] }),
      '/sites/0/circuit/circuits/0/evses/0/phases: L2, L3 does not exist on circuit hall-a, which has L1',
    ],
    [
      'a circuit with a phase that the one above does not have',
      (config) => {
        config.sites[0].circuit.phases = ['L1', 'L2'];
        hall(config).evses = [];
      },
      '/sites/0/circuit/circuits/0/phases: L3 does not exist on grid above it, which has L1, L2',
    ],
    [
      'a breaker larger than the one above it',
      (config) => Object.assign(hall(config), { breakerAmps: 64 }),
      "/sites/0/circuit/circuits/0/breakerAmps: breaker of 64 A is larger than grid's 63 A above it",
    ],
    [
      'a minimum above the maximum',
      (config) => Object.assign(hall(config).evses[0], { minAmps: 20, maxAmps: 16, failsafeAmps: 0 }),
      '/sites/0/circuit/circuits/0/evses/0/minAmps: 20 A is above maxAmps, 16 A',
    ],
    [
      'a failsafe current between zero and the minimum',
      (config) => Object.assign(hall(config).evses[0], { minAmps: 8 }),
      '/sites/0/circuit/circuits/0/evses/0/failsafeAmps: must be 0 or between minAmps 8 A and maxAmps 32 A, not 6 A',
    ],
    [
      'a station that no EVSE belongs to',
      (config) => Object.assign(config, { stations: [{ id: 'CP-B1' }] }),
      '/stations/0: no EVSE belongs to station "CP-B1"',
    ],
    [
      'a site of an area that is not there',
      (config) => Object.assign(config, { areas: [{ id: 'feeder', limitWatts: 1e6, sites: ['depot'] }] }),
      '/areas/0/sites/0: there is no site "depot"',
    ],
    [
      'sites of one area that share in different ways',
      (config) => {
        const [site] = config.sites;
        const depot = {
          ...site,
          id: 'depot',
          policy: 'deadline',
          circuit: { id: 'depot-grid', breakerAmps: 63 },
        };
        config.sites.push(depot);
        config.areas = [{ id: 'feeder', limitWatts: 1e6, sites: ['garage', 'depot'] }];
      },
      '/areas/0/sites: the sites of area feeder share one allocation and must have one policy, not fair, deadline',
    ],
    [
      'a site in two areas',
      (config) => {
        const area = { limitWatts: 1e6, sites: ['garage'] };
        Object.assign(config, {
          areas: [
            { id: 'a', ...area },
            { id: 'b', ...area },
          ],
        });
      },
      '/areas/1/sites: site "garage" is in area "a" already; a site has one area above it',
    ],
    [
      'an EVSE with one line on a delta supply',
      (config) => {
        Object.assign(config.sites[0], { supply: { system: 'IT' } });
        Object.assign(config.sites[0].circuit, { breakerAmps: 100 });
        Object.assign(hall(config).evses[0], { phases: ['L2'] });
      },
      '/sites/0/circuit/circuits/0/evses/0/phases: on IT an EVSE is wired to two lines ([L1, L2]) or to three, the last one being the return',
    ],
    [
      'generation behind the meter of a delta supply',
      (config) => {
        Object.assign(config.sites[0], { supply: { system: 'IT' } });
        Object.assign(config.sites[0].circuit.meter, { hasGeneration: true });
      },
      '/sites/0/circuit/meter/hasGeneration: on IT nothing may feed in behind the meter: how its current adds to ours could not be told',
    ],
    [
      'a station with three lines on a delta supply that is set in watts',
      (config) => {
        Object.assign(config.sites[0], { supply: { system: 'IT' } });
        Object.assign(config, { stations: [{ id: 'CP-A1', traits: { unit: 'W' } }] });
      },
      '/sites/0/circuit/circuits/0/evses/0/station: on IT a station with three lines is set in amps: how "CP-A1" would share watts among them is not known',
    ],
    [
      'a station without a password on a port that is open to others',
      (config) => Object.assign(config, { ocpp: { host: '0.0.0.0' } }),
      '/sites/0/circuit/circuits/0/evses/0: station "CP-A1" has no passwordHash in /stations, and ocpp.host 0.0.0.0 is open to others',
    ],
    [
      'a security profile that its TLS settings do not have',
      (config) => Object.assign(config, { ocpp: { securityProfileMin: 2 } }),
      '/ocpp/securityProfileMin: 2 needs ocpp.tls',
    ],
    [
      'station certificates without an authority',
      (config) =>
        Object.assign(config, {
          ocpp: { tls: { certFile: 'a', keyFile: 'b' } },
          stations: [{ id: 'CP-A1', securityProfileMin: 3 }],
        }),
      '/stations/0/securityProfileMin: 3 needs ocpp.tls.clientCaFile',
    ],
    [
      'a second certificate without its key',
      (config) =>
        Object.assign(config, {
          ocpp: { tls: { certFile: 'a', keyFile: 'b', secondCertFile: 'c' } },
        }),
      '/ocpp/tls: secondCertFile and secondKeyFile belong together',
    ],
    [
      'a station with two passwords',
      (config) =>
        Object.assign(config, {
          stations: [
            {
              id: 'CP-A1',
              passwordSha256: 'a'.repeat(64),
              passwordHash: `scrypt:1024:${'a'.repeat(22)}:${'a'.repeat(43)}`,
            },
          ],
        }),
      '/stations/0: has both passwordHash and passwordSha256: one is enough',
    ],
    [
      'an API without a key on a port that is open to others',
      (config) => Object.assign(config, { http: { host: '::' } }),
      '/access/keys: http.host :: is open to others: at least one key is needed',
    ],
    [
      'a key that may see no site',
      (config) =>
        Object.assign(config, {
          access: { keys: [{ name: 'office', role: 'viewer', sha256: 'a'.repeat(64) }] },
        }),
      '/access/keys/0/sites: a viewer needs at least one site',
    ],
    [
      'a wildcard for a meter',
      (config) => Object.assign(config.sites[0].circuit.meter, { topic: 'meters/#' }),
      '/sites/0/circuit/meter/topic: must match pattern "^[^+#\\u0000]+$"',
    ],
  ])('refuses %s', (_what, change, fault) => {
    expect(faults(given(change))).toEqual([fault]);
  });

  it('takes a failsafe current of nothing, the minimum and the maximum', () => {
    for (const failsafeAmps of [0, 6, 32]) {
      expect(faults(given((config) => Object.assign(hall(config).evses[0], { failsafeAmps })))).toEqual([]);
    }
  });

  it('refuses a tree deeper than sixteen circuits, and takes one of sixteen', () => {
    const deep = (depth: number): string =>
      given((config) => {
        let circuit = config.sites[0].circuit;
        circuit.circuits = [];
        for (let level = 2; level <= depth; level++) {
          circuit.circuits = [{ id: `level-${level}`, breakerAmps: 63 }];
          [circuit] = circuit.circuits;
        }
      });
    expect(faults(deep(16))).toEqual([]);
    expect(faults(deep(17))).toEqual([expect.stringContaining('is more than 16 circuits deep')]);
  });
});

describe('the failsafe budget', () => {
  it('counts the maximum of a station that keeps its last value for ever, and says so', () => {
    const nonLeasing = given((config) => {
      config.stations = [{ id: 'CP-A1', traits: { leaseForm: 'none' } }];
      hall(config).evses[0].maxAmps = 32;
      config.sites[0].circuit.breakerAmps = 40;
      hall(config).breakerAmps = 40;
    });
    expect(faults(nonLeasing).join()).toMatch(
      /A1 with maxAmps: their stations keep the last value for ever, leaseForm none/,
    );
  });

  const eight = (change: (config: Loose) => void = () => {}): string =>
    given((config) => {
      hall(config).breakerAmps = 63;
      hall(config).evses = Array.from({ length: 8 }, (_, index) => ({
        id: `A${index}`,
        station: `CP-A${index}`,
      }));
      config.sites[0].circuit.assumedBackgroundAmps = 15;
      change(config);
    });

  it('takes what fits to the last ampere', () => {
    expect(faults(eight())).toEqual([]);
  });

  it('refuses one ampere more on every phase, and shows the arithmetic', () => {
    const found = faults(
      eight((config) => Object.assign(config.sites[0].circuit, { assumedBackgroundAmps: 16 })),
    );
    expect(found).toHaveLength(3);
    expect(found[0]).toBe(
      "/sites/0/circuit: failsafe budget of grid on L1 is exceeded: 8 EVSEs' failsafeAmps 48 A + assumedBackgroundAmps 16 A = 64 A > breaker 63 A; lower failsafeAmps (0 is allowed) or assumedBackgroundAmps",
    );
  });

  it('counts each phase for itself', () => {
    const text = eight((config) => {
      config.sites[0].circuit.assumedBackgroundAmps = 57;
      hall(config).evses.forEach((evse: Loose, index: number) => {
        evse.phases = [index < 2 ? 'L2' : 'L1'];
        evse.failsafeAmps = index < 2 ? 6 : 0;
      });
    });
    expect(faults(text)).toEqual([expect.stringContaining('grid on L2 is exceeded: 2 EVSEs')]);
  });

  it('holds for the rating of a transformer and for an area, in watts', () => {
    const rated = eight((config) => Object.assign(config.sites[0].circuit, { ratedWatts: 40_000 }));
    expect(faults(rated)).toEqual([
      '/sites/0/circuit: failsafe budget of grid is exceeded: failsafeAmps and assumedBackgroundAmps make 43470 W > ratedWatts 40000 W',
    ]);
    const inArea = eight((config) =>
      Object.assign(config, { areas: [{ id: 'feeder', limitWatts: 40_000, sites: ['garage'] }] }),
    );
    expect(faults(inArea)).toEqual([
      "/areas/0: failsafe budget of area feeder is exceeded: its sites' failsafeAmps and assumedBackgroundAmps make 43470 W > limitWatts 40000 W",
    ]);
  });
});

describe('the environment', () => {
  it('fills in secrets wherever they are named', () => {
    const text = `${garage}influx: { url: "http://127.0.0.1:8086", token: "\${INFLUX_TOKEN}", bucket: "b-\${STAGE}" }\n`;
    const { influx } = load(text, { INFLUX_TOKEN: 'hunter2: #x', STAGE: 'test' }).config;
    expect(influx).toMatchObject({ token: 'hunter2: #x', bucket: 'b-test' });
  });

  it('that lacks a secret is a fault with its line', () => {
    expect(faults(`${garage}influx: { url: "http://x", bucket: b, token: "\${NO_TOKEN}" }\n`)).toEqual([
      'line 16: the environment has no NO_TOKEN',
    ]);
  });

  it('overrides every setting outside of lists, by its path', () => {
    const { config } = load(given(), {
      LASTVAKT_CONTROL_TICK_MS: '500',
      LASTVAKT_DATABASE_URL: 'postgres://lastvakt@db/lastvakt',
      LASTVAKT_OCPP_UNKNOWN_TOKENS: 'reject',
      HOME: '/home/x',
    });
    expect(config.control.tickMs).toBe(500);
    expect(config.database.url).toBe('postgres://lastvakt@db/lastvakt');
    expect(config.ocpp.unknownTokens).toBe('reject');
  });

  it('gives a text as it stands, though it looks like a number or like YAML', () => {
    const { config } = load(given(), {
      LASTVAKT_MQTT_URL: 'mqtt://broker:1883',
      LASTVAKT_MQTT_PASSWORD: '0123',
      LASTVAKT_MQTT_USERNAME: 'a: [b',
    });
    expect(config.mqtt).toMatchObject({ password: '0123', username: 'a: [b' });
  });

  it('that misspells a setting is a fault', () => {
    expect(faults(given(), { LASTVAKT_CONTROL_TICKMS: '500' })).toEqual([
      'LASTVAKT_CONTROL_TICKMS: names no setting of the config',
    ]);
  });

  it('that gives no number where one is needed is a fault', () => {
    expect(faults(given(), { LASTVAKT_CONTROL_TICK_MS: 'soon' })).toEqual([
      '/control/tickMs: must be integer',
    ]);
    expect(faults(given(), { LASTVAKT_CONTROL_TICK_MS: '[1' })).toEqual(['/control/tickMs: must be integer']);
  });

  it('may hold what tests need, which is no setting', () => {
    expect(faults(given(), { LASTVAKT_TEST_MQTT_URL: 'x', LASTVAKT_SHARED: 'x', LASTVAKT_KEY: 'x' })).toEqual(
      [],
    );
  });
});

describe('a config file', () => {
  it('is read from disk', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-config-'));
    try {
      const file = join(folder, 'lastvakt.yaml');
      writeFileSync(file, garage);
      expect(loadConfig(file, {}).sites[0]?.id).toBe('garage');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe('an address that a grid operator is given, or that its tokens come from', () => {
  const openadr = (change: object) =>
    faults(
      given((config) => {
        const targets = [{ site: 'garage', externalIds: ['1'], failsafeWatts: 11_000 }];
        const settings = { url: 'https://vtn.example/openadr3', venName: 'garage', ...change };
        config.grid = { connections: [{ id: 'dso', profile: 'openadr3', targets, openadr: settings }] };
      }),
    );
  const webhook = { callbackUrl: 'http://127.0.0.1:8080/openadr/dso', bearerToken: 'x'.repeat(16) };
  const auth = { clientId: 'a', clientSecret: 'b', tokenUrl: 'http://[::ffff:10.0.0.1]/token' };

  it.each([
    ['/webhook/callbackUrl', { webhook }],
    ['/auth/tokenUrl', { auth }],
  ])('is refused at %s where it points inwards', (path, change) => {
    expect(openadr(change)).toEqual([
      expect.stringMatching(
        new RegExp(`^/grid/connections/0/openadr${path}: points into loopback or a private network`),
      ),
    ]);
  });

  it('may point inwards where that is said', () => {
    expect(openadr({ webhook, auth, allowPrivateAddresses: true })).toEqual([]);
  });
});
