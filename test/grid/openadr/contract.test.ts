import { describe, expect, it } from 'vitest';
import { codecs } from '../../../src/grid/openadr/profiles.ts';
import type { VtnVersion } from '../../../src/sim/vtn/vtnStore.ts';
import { contractOf, wireFaults } from './contract.ts';
import { startPair, until } from './pair.ts';

const versions: readonly VtnVersion[] = ['3.0.1', '3.1'];

describe.each(versions)('every message of OpenADR %s, by its published OpenAPI document', (version) => {
  const contract = contractOf(version);

  it.skipIf(contract === undefined)('fits, in both directions, over a whole life', async () => {
    if (contract === undefined) return;
    const { vtn, ports, look, clock, programId } = await startPair({
      version,
      hasWebhook: true,
      vtn: { credentials: { clientId: 'me', clientSecret: 'secret' }, challengesCallbacks: true },
      config: { auth: { clientId: 'me', clientSecret: 'secret', scope: 'read_all' } },
    });
    const event = vtn.store.create('events', eventBody(programId));
    clock.advance(1);
    await until(() => ports.acks.length === 1, 'the acknowledgement');
    clock.advance(3_600_000);
    await until(() => vtn.store.all('reports').length >= 4, 'the reports');
    if (event === 'conflict') throw new Error('conflict');
    vtn.store.update('events', event.id, { eventName: 'changed' });
    vtn.store.remove('events', event.id);
    vtn.fail({ failsWith: 503 });
    await look(60_000);
    const methods = new Set(vtn.exchanges.map(({ method, path }) => `${method} /${path.split('/')[1]}`));
    expect([...methods]).toEqual(
      expect.arrayContaining([
        'POST /auth',
        'GET /programs',
        'GET /events',
        'POST /vens',
        'POST /subscriptions',
        'POST /reports',
      ]),
    );
    expect(wireFaults(vtn, version, contract)).toEqual([]);
  });

  it.skipIf(contract === undefined)('fits when nothing is given but what is required', () => {
    const { reportBody, subscriptionBody, venBody, resourceBody } = codecs[version];
    const report = {
      programId: 'p',
      eventId: 'e',
      clientName: 'c',
      reportName: undefined,
      descriptors: [],
      resources: [],
    };
    const wish = {
      clientName: 'c',
      programId: 'p',
      callbackUrl: 'https://a.example/b',
      bearerToken: undefined,
    };
    const suffix = version === '3.1' ? 'Request' : '';
    expect(contract?.(`report${suffix}`, reportBody(report))).toEqual([]);
    expect(contract?.(`subscription${suffix}`, subscriptionBody(wish))).toEqual([]);
    expect(contract?.(`ven${suffix}`, venBody('v', []))).toEqual([]);
    expect(contract?.(`resource${suffix}`, resourceBody({ name: 'r', venId: 'v', attributes: [] }))).toEqual(
      [],
    );
  });

  it.skipIf(contract === undefined)('with null for whatever may be null is read', () => {
    const nulls = {
      eventName: null,
      priority: null,
      targets: null,
      reportDescriptors: null,
      payloadDescriptors: null,
    };
    const metadata = {
      id: 'e',
      createdDateTime: '2026-01-31T12:00:00Z',
      modificationDateTime: '2026-01-31T12:00:00Z',
    };
    const body = { ...metadata, objectType: 'EVENT', programID: 'p', intervals: [], ...nulls };
    expect(contract?.('event', body)).toEqual([]);
    expect(codecs[version].event(body)).toMatchObject({
      status: 'read',
      value: { id: 'e', priority: undefined },
    });
  });
});

describe('where the two versions differ', () => {
  const { '3.0.1': old, '3.1': young } = codecs;
  const event = { id: 'e', programID: 'p', intervals: [] };

  it('targets are lists of types and values, or of strings', () => {
    const target = { kind: 'RESOURCE_NAME', value: '1211' };
    const typed = { ...event, targets: [{ type: 'RESOURCE_NAME', values: [1211] }] };
    expect(old.event(typed)).toMatchObject({ status: 'read', value: { targets: [target] } });
    expect(young.event(typed)).toMatchObject({ status: 'unreadable' });
    expect(young.event({ ...event, targets: ['1211'] })).toMatchObject({
      value: { targets: [{ value: '1211' }] },
    });
    expect(old.event({ ...event, targets: ['1211'] })).toMatchObject({ status: 'unreadable' });
  });

  it('an event has a duration, or may lack intervals, in 3.1 only', () => {
    expect(young.event({ id: 'e', programID: 'p', duration: 'P1D' })).toMatchObject({
      value: { duration: 'P1D' },
    });
    expect(old.event({ id: 'e', programID: 'p' })).toMatchObject({ status: 'unreadable' });
    expect(old.event({ ...event, duration: 'P1D' })).toMatchObject({ value: { duration: undefined } });
  });

  it('what a program says of itself is in fields, or in attributes', () => {
    const facts = { retailerName: 'Grid', programType: 'X', isBinding: true };
    const named = { id: 'p', programName: 'n' };
    const fields = { retailerName: 'Grid', programType: 'X', bindingEvents: true };
    expect(old.program({ ...named, ...fields })).toMatchObject({ value: facts });
    const attributes = [
      { type: 'RETAILER_NAME', values: ['Grid'] },
      { type: 'PROGRAM_TYPE', values: ['X'] },
      { type: 'BINDING_EVENTS', values: [true] },
    ];
    expect(young.program({ ...named, attributes })).toMatchObject({ value: facts });
  });

  it('notifications name a method, or an operation; 3.0.1 takes both', () => {
    const notice = (operation: string) => ({ objectType: 'EVENT', operation, object: event });
    expect([old.notification(notice('POST')).status, old.notification(notice('CREATE')).status]).toEqual([
      'read',
      'read',
    ]);
    expect([young.notification(notice('POST')).status, young.notification(notice('CREATE')).status]).toEqual([
      'unreadable',
      'read',
    ]);
    expect(young.notification({ ...notice('DELETE'), object: {} })).toMatchObject({ status: 'unreadable' });
    expect(old.notification({ ...notice('PUT'), objectType: 'PROGRAM' })).toMatchObject({
      value: { kind: 'other' },
    });
  });

  it('resources are below their VEN, or beside it', () => {
    expect([old.resourcesPath('v'), young.resourcesPath('v')]).toEqual(['/vens/v/resources', '/resources']);
    expect(young.resourceQuery('v', 'r')).toEqual({ venID: 'v', resourceName: 'r' });
  });

  it('a VEN names the kind of its request, and a report its program, each in one of them only', () => {
    expect(young.venBody('v', [])).toMatchObject({ objectType: 'VEN_VEN_REQUEST' });
    expect(old.venBody('v', [])).toMatchObject({ objectType: 'VEN' });
    const report = {
      programId: 'p',
      eventId: 'e',
      clientName: 'c',
      reportName: undefined,
      descriptors: [],
      resources: [],
    };
    expect(old.reportBody(report)).toHaveProperty('programID', 'p');
    expect(young.reportBody(report)).not.toHaveProperty('programID');
  });
});

const eventBody = (programID: string) => ({
  programID,
  eventName: 'limit',
  intervalPeriod: { start: '2026-01-31T12:00:00Z', duration: 'PT15M' },
  payloadDescriptors: [
    { objectType: 'EVENT_PAYLOAD_DESCRIPTOR', payloadType: 'IMPORT_CAPACITY_LIMIT', units: 'KW' },
  ],
  reportDescriptors: [
    { payloadType: 'POWER_LIMIT_ACKNOWLEDGEMENT', startInterval: 0, historical: false },
    { payloadType: 'USAGE' },
    { payloadType: 'DEMAND', readingType: 'PEAK', aggregate: true },
    { payloadType: 'OPERATING_STATE', historical: false },
  ],
  intervals: [0, 1].map((id) => ({ id, payloads: [{ type: 'IMPORT_CAPACITY_LIMIT', values: [10 - id] }] })),
});
