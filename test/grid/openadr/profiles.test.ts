import { describe, expect, it } from 'vitest';
import { garage } from './given.ts';
import { startPair, until } from './pair.ts';

/** One delivery period, as the VTN of Switch documents it. The resource has a number for a name. */
const switchEvent = (programID: string, version: number, kw: number, start = '2026-01-31T12:15:00Z') => ({
  eventName: 'powerLimit',
  programID,
  intervalPeriod: { start, duration: 'PT15M' },
  targets: [
    { type: 'RESOURCE_NAME', values: [1211] },
    { type: 'ORGANIZATION_ID', values: ['1337'] },
  ],
  reportDescriptors: [{ payloadType: 'POWER_LIMIT_ACKNOWLEDGEMENT', startInterval: 0, historical: false }],
  payloadDescriptors: [
    { payloadType: 'CONSUMPTION_POWER_LIMIT', units: 'KW' },
    { payloadType: 'POWER_LIMIT_VERSION' },
  ],
  intervals: [
    {
      id: 0,
      payloads: [
        { type: 'CONSUMPTION_POWER_LIMIT', values: [kw] },
        { type: 'POWER_LIMIT_VERSION', values: [version] },
      ],
    },
  ],
});

describe('the profile switch-se', () => {
  const start = () =>
    startPair({
      version: '3.0.1',
      config: { profile: 'switch-se', venName: 'flex-provider', register: false, version: undefined },
      resources: [{ ...garage, name: '1211' }],
      script: (vtn, id) => void vtn.store.create('events', switchEvent(id, 1, 15_000)),
    });

  it('reads the limit of a delivery period as a mean of 15 minutes on the clock', async () => {
    const { ports } = await start();
    expect([...ports.limits.values()]).toMatchObject([
      {
        value: { watts: 15_000_000 },
        averaging: { mode: 'mean', windowS: 900, isAligned: true },
        version: 1,
        direction: 'import',
        kind: 'cap',
        complyWithinS: 900,
        fromMs: Date.parse('2026-01-31T12:15:00Z'),
        untilMs: Date.parse('2026-01-31T12:30:00Z'),
      },
    ]);
  });

  it('acknowledges it as soon as it is durable, word for word', async () => {
    const { vtn, ports, programId } = await start();
    await until(() => ports.acks.length === 1, 'the acknowledgement');
    const sent = vtn.exchanges.find(({ method, path }) => method === 'POST' && path === '/reports');
    expect(sent?.body).toEqual({
      programID: programId,
      eventID: vtn.store.all('events')[0]?.id,
      clientName: 'flex-provider',
      payloadDescriptors: [{ payloadType: 'POWER_LIMIT_ACKNOWLEDGEMENT' }],
      resources: [
        {
          resourceName: '1211',
          intervalPeriod: { start: '2026-01-31T12:15:00Z', duration: 'PT15M' },
          intervals: [{ id: 0, payloads: [{ type: 'POWER_LIMIT_ACKNOWLEDGEMENT', values: [true] }] }],
        },
      ],
    });
    expect(ports.acks[0]?.externalIds).toEqual([...ports.limits.keys()]);
  });

  it('follows the versions of a dynamic limit, and acknowledges each', async () => {
    const { vtn, ports, look, programId } = await start();
    const id = vtn.store.all('events')[0]?.id ?? '';
    vtn.store.update('events', id, switchEvent(programId, 2, 20_000), true);
    await look();
    expect([...ports.limits.values()]).toMatchObject([{ version: 2, value: { watts: 20_000_000 } }]);
    await until(() => ports.acks.length === 2, 'the second acknowledgement');
  });

  it('goes on when the VTN adds the result of its validation, which is put on record', async () => {
    const { vtn, ports, look, programId } = await start();
    await until(() => ports.acks.length === 1, 'the acknowledgement');
    const id = vtn.store.all('events')[0]?.id ?? '';
    const judged = switchEvent(programId, 1, 15_000);
    judged.intervals[0]?.payloads.push({ type: 'POWER_LIMIT_VALIDATION_READING', values: [12_000] });
    vtn.store.update('events', id, judged, true);
    await look();
    expect([...ports.limits.values()]).toMatchObject([{ version: 1, value: { watts: 15_000_000 } }]);
    expect(ports.acks).toHaveLength(1);
    expect(ports.raws.at(-1)).toContain('POWER_LIMIT_VALIDATION_READING');
  });

  it('reads a limit on production as one on export', async () => {
    const { vtn, ports, look, programId } = await start();
    const event = switchEvent(programId, 1, 500, '2026-01-31T13:00:00Z');
    const payloads = [{ type: 'PRODUCTION_POWER_LIMIT', values: [500] }];
    vtn.store.create('events', { ...event, payloadDescriptors: [], intervals: [{ id: 0, payloads }] }, true);
    await look();
    expect([...ports.limits.values()]).toMatchObject([{ direction: 'import' }, { direction: 'export' }]);
  });
});

describe.each([
  ['gac-2.0', '3.0.1'],
  ['gac-2.1', '3.1'],
] as const)('the profile %s', (profile, version) => {
  const ean = garage.targets[0] ?? '';
  const targets =
    version === '3.0.1'
      ? [
          { type: 'POWER_SERVICE_LOCATION', values: [ean] },
          { type: 'VEN_NAME', values: ['NL-ABC'] },
        ]
      : [ean];
  const program =
    version === '3.0.1'
      ? {
          programName: 'gac',
          retailerName: 'Netbeheerder',
          programType: 'DSO_CPO_INTERFACE-2.0.0',
          bindingEvents: true,
        }
      : {
          programName: 'gac',
          attributes: [
            { type: 'RETAILER_NAME', values: ['Netbeheerder'] },
            { type: 'PROGRAM_TYPE', values: ['DSO_CPO_INTERFACE-2.1.1'] },
            { type: 'BINDING_EVENTS', values: [true] },
          ],
        };
  const event = (programID: string, kw: number, change: object = {}) => ({
    programID,
    eventName: 'capacity',
    targets,
    intervalPeriod: { start: '2026-01-31T12:00:00Z', duration: 'PT1H' },
    payloadDescriptors: [
      { objectType: 'EVENT_PAYLOAD_DESCRIPTOR', payloadType: 'IMPORT_CAPACITY_LIMIT', units: 'KW' },
    ],
    intervals: [{ id: 0, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [kw] }] }],
    ...change,
  });
  const endless = { start: '2026-01-01T00:00:00Z', duration: 'P9999Y' };
  const start = (...events: ((programId: string) => object)[]) =>
    startPair({
      version,
      program,
      config: { profile, venName: 'NL-ABC', register: false },
      script: (vtn, id) => {
        for (const each of events) vtn.store.create('events', each(id));
      },
    });

  it('finds its place by EAN18, and holds the event of the safe mode for silence', async () => {
    const { ports } = await start(
      (id) => event(id, 40),
      (id) => event(id, 7, { eventName: 'Safe mode', intervalPeriod: endless }),
    );
    expect([...ports.limits.values()]).toMatchObject([
      { role: 'event', value: { watts: 40_000 } },
      { role: 'failsafe', value: { watts: 7_000 }, untilMs: undefined },
    ]);
    expect(ports.logged.join()).not.toContain('breaks the rules');
    expect(ports.logged.join()).not.toContain('not as expected');
  });

  it('says that there is no event of the safe mode', async () => {
    const { ports, look } = await start((id) => event(id, 40));
    await look();
    expect(ports.logged.filter((line) => line.includes('no event of the safe mode'))).toHaveLength(1);
  });

  it('obeys an event that breaks a rule of form, and says which', async () => {
    const { ports } = await start((id) => event(id, 40, { priority: 1 }));
    expect(ports.limits.size).toBe(1);
    expect(ports.logged.join()).toContain('priority must be absent');
  });
});
