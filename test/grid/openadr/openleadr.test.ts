import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type OpenAdrVen, startOpenAdrVen } from '../../../src/grid/openadr/ven.ts';
import { garage, type RecordedPorts, recordedPorts } from './given.ts';
import { givenConfig, until } from './pair.ts';

// A VTN that nobody here wrote: openleadr-vtn with its own test users, where one runs. It speaks 3.1.
const url = process.env['LASTVAKT_TEST_OPENLEADR_URL'];

describe.skipIf(url === undefined)('against openleadr-vtn (waits for LASTVAKT_TEST_OPENLEADR_URL)', () => {
  const operator = { token: '', programId: '' };
  let ports: RecordedPorts;
  let ven: OpenAdrVen;
  const run = `${Date.now()}`;

  const ask = async (method: string, path: string, body?: object): Promise<Record<string, unknown>> => {
    const headers = { authorization: `Bearer ${operator.token}`, 'content-type': 'application/json' };
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as Record<string, unknown>; // The operator's side is a script.
  };

  beforeAll(async () => {
    const form = new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: 'bl-client',
      client_secret: 'bl-client',
    });
    const answer = await fetch(`${url}/auth/token`, { method: 'POST', body: form });
    operator.token = String(((await answer.json()) as Record<string, unknown>)['access_token']);
    operator.programId = String((await ask('POST', '/programs', { programName: `limits ${run}` }))['id']);
    ports = recordedPorts(systemClock());
    const config = givenConfig({
      url,
      venName: `ven ${run}`,
      auth: { clientId: 'ven-client-client-id', clientSecret: 'ven-client' },
      programs: [{ name: `limits ${run}` }],
      pollS: 5,
      allowPrivateAddresses: true,
    });
    ven = startOpenAdrVen(
      { connectionId: 'openleadr', config, resources: [garage], boundary: 'connection' },
      ports,
    );
    await until(() => ports.counts.heartbeats > 0, 'the first look');
  });
  afterAll(() => ven?.stop());

  it('registers the VEN and its resource', async () => {
    const vens = Object.values(await ask('GET', '/vens'));
    expect(JSON.stringify(vens)).toContain(`ven ${run}`);
    expect(JSON.stringify(await ask('GET', '/resources'))).toContain('"resourceName":"garage"');
  });

  const limit = (change: object = {}): object => ({
    programID: operator.programId,
    eventName: 'curtail',
    intervalPeriod: { start: new Date(Date.now() - 60_000).toISOString(), duration: 'PT10M' },
    payloadDescriptors: [
      { objectType: 'EVENT_PAYLOAD_DESCRIPTOR', payloadType: 'IMPORT_CAPACITY_LIMIT', units: 'KW' },
    ],
    intervals: [{ id: 0, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [11] }] }],
    ...change,
  });
  const reportDescriptors = [
    { payloadType: 'POWER_LIMIT_ACKNOWLEDGEMENT', startInterval: 0, historical: false },
    { payloadType: 'OPERATING_STATE', historical: false },
    { payloadType: 'DEMAND', historical: false },
  ];
  const inForce = () => [...ports.limits.values()].map(({ value }) => value);

  it('hears a limit, acknowledges it and reports, until it is cancelled', async () => {
    const { id } = await ask('POST', '/events', limit({ reportDescriptors }));
    await until(() => ports.acks.length === 1, 'the acknowledgement', 15_000);
    expect(inForce()).toEqual([{ watts: 11_000 }]);
    const looks = ports.looks();
    await until(() => ports.looks() > looks + 1, 'another look', 15_000);
    const reports = JSON.stringify(await ask('GET', `/reports?eventID=${String(id)}`));
    for (const type of ['POWER_LIMIT_ACKNOWLEDGEMENT', 'RUNNING_CURTAILED', 'DEMAND'])
      expect(reports).toContain(type);
    const never = { start: '0001-01-01T00:00:00Z', duration: 'PT0S' };
    await ask('PUT', `/events/${String(id)}`, limit({ intervalPeriod: never }));
    await until(() => ports.limits.size === 0, 'the cancellation', 15_000);
  }, 60_000);

  it('hears a limit until it is deleted', async () => {
    const { id } = await ask(
      'POST',
      '/events',
      limit({ intervalPeriod: { start: '0001-01-01T00:00:00Z', duration: 'P9999Y' } }),
    );
    await until(() => ports.limits.size === 1, 'the limit', 15_000);
    expect([...ports.limits.values()][0]).toMatchObject({ value: { watts: 11_000 }, untilMs: undefined });
    await ask('DELETE', `/events/${String(id)}`);
    await until(() => ports.limits.size === 0, 'the deletion', 15_000);
  }, 60_000);
});
