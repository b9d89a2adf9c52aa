import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { dialects } from '../../src/ocpp/dialects.ts';
import type { StationMessage } from '../../src/ocpp/messages.ts';
import { messageCatalogue } from '../../src/ocpp/preparedMessage.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { connectRaw } from './sockets.ts';

afterEach(stopGateways);

const cpA1 = stationId('CP-A1');
const protocols = [...dialects.keys()];
const dialectOf = (protocol: string) => {
  const dialect = dialects.get(protocol);
  if (dialect === undefined) throw new Error(`${protocol} is spoken`);
  return dialect;
};

/** The version's own count of messages. */
const counts: Readonly<Record<string, number>> = { 'ocpp1.6': 39, 'ocpp2.0.1': 64, 'ocpp2.1': 91 };
/** What both sides may send. */
const bothWays: Readonly<Record<string, readonly string[]>> = {
  'ocpp1.6': ['DataTransfer'],
  'ocpp2.0.1': ['DataTransfer'],
  'ocpp2.1': ['DataTransfer', 'NotifyWebPaymentStarted'],
};

describe.each(protocols)('the messages of %s', (protocol) => {
  const { actions, handlers, messages } = dialectOf(protocol);

  it('are all either answered or can be sent', () => {
    expect(actions.size).toBe(counts[protocol]);
    const ours = [...handlers.keys(), ...messages.actions];
    expect([...new Set(ours)].sort()).toEqual([...actions].sort());
    expect(ours.filter((action, index) => ours.indexOf(action) !== index).sort()).toEqual(bothWays[protocol]);
  });

  it('that can be sent have a published schema for both directions', () => {
    for (const action of messages.actions) expect(messages.procedure(action)?.action).toBe(action);
    expect(messages.procedure('BootNotification')).toBeUndefined();
  });

  it('are refused with NotSupported where they are not for a station to send, and with NotImplemented where there is no such message', async () => {
    const { port } = await givenGateway();
    const station = await connectRaw({ port, password, protocols: [protocol] });
    for (const action of messages.actions.filter((name) => !handlers.has(name))) {
      expect((await station.call(action, {}))[2]).toBe('NotSupported');
    }
    expect((await station.call('Explode', {}))[2]).toBe('NotImplemented');
  });

  it('that a station sends are refused with the field at fault where they do not fit', async () => {
    const { port } = await givenGateway();
    const station = await connectRaw({ port, password, protocols: [protocol] });
    // What is sent without an answer is dropped without one. [OCPP 2.1]
    for (const action of [...handlers.keys()].filter((name) => name !== 'NotifyPeriodicEventStream')) {
      const [type, , code] = await station.call(action, { nonsense: true });
      expect([type, code]).toEqual([4, expect.stringMatching(/^(Format|Occurr?ence|Formation|Property)/)]);
    }
  });
});

describe('the catalogue of messages', () => {
  it('tells which versions have each', () => {
    const catalogue = messageCatalogue();
    expect(catalogue.get('Reset')).toEqual(['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']);
    expect(catalogue.get('ChangeConfiguration')).toEqual(['ocpp1.6']);
    expect(catalogue.get('SetDERControl')).toEqual(['ocpp2.1']);
    expect(catalogue.has('BootNotification')).toBe(false);
  });
});

describe('a message to a station', () => {
  const given = async (protocol: string) => {
    const { port, gateway } = await givenGateway({ callTimeoutMs: 200 });
    const station = await connectRaw({ port, password, protocols: [protocol] });
    const prepare = (message: StationMessage) => gateway.prepare(cpA1, message);
    return { station, prepare };
  };
  const ready = (prepared: ReturnType<Awaited<ReturnType<typeof givenGateway>>['gateway']['prepare']>) => {
    if (prepared.kind !== 'ready') throw new Error(`it is ${JSON.stringify(prepared)}`);
    return prepared;
  };

  it('goes out as it is, and its answer comes back as it is', async () => {
    const { station, prepare } = await given('ocpp2.0.1');
    const payload = { versionNumber: 3, updateType: 'Full', customData: { vendorId: 'V', more: 1 } };
    const sending = ready(prepare({ action: 'SendLocalList', payload })).send();
    const call = await station.called('SendLocalList');
    expect(call.payload).toEqual(payload);
    station.send(JSON.stringify([3, call.messageId, { status: 'VersionMismatch' }]));
    expect(await sending).toMatchObject({ kind: 'result', payload: { status: 'VersionMismatch' } });
  });

  it('comes back with the error that the station answered', async () => {
    const { station, prepare } = await given('ocpp1.6');
    const sending = ready(prepare({ action: 'ClearCache', payload: {} })).send();
    const { messageId } = await station.called('ClearCache');
    station.send(JSON.stringify([4, messageId, 'NotSupported', 'no cache here', {}]));
    expect(await sending).toMatchObject({
      kind: 'refused',
      code: 'NotSupported',
      description: 'no cache here',
    });
  });

  it('is in doubt when no answer comes in time', async () => {
    const { prepare } = await given('ocpp1.6');
    expect(await ready(prepare({ action: 'ClearCache', payload: {} })).send()).toEqual({
      kind: 'in doubt',
      why: 'no answer within 200 ms',
    });
  });

  it.each([
    ['ocpp1.6', { type: 'OnIdle' }, '/type', '/type must be one of ["Hard","Soft"]'],
    ['ocpp2.0.1', { type: 'Hard' }, '/type', '/type must be one of ["Immediate","OnIdle"]'],
    ['ocpp2.1', { type: 'Immediate', evse: 1 }, '/', '/ has the unknown key "evse"'],
    ['ocpp1.6', {}, '/', '/ lacks the key "type"'],
  ])('is checked against the schema of %s: %j', async (protocol, payload, path, reason) => {
    const { prepare } = await given(protocol);
    expect(prepare({ action: 'Reset', payload })).toEqual({ kind: 'invalid', path, reason });
  });

  it('is not sent in a version that lacks it, which is told with those that have it', async () => {
    const { prepare } = await given('ocpp2.0.1');
    expect(prepare({ action: 'ChangeConfiguration', payload: {} })).toEqual({
      kind: 'not in version',
      protocol: 'ocpp2.0.1',
      protocols: ['ocpp1.6'],
    });
  });

  it('has nowhere to go while the station is away', async () => {
    const { gateway } = await givenGateway();
    expect(gateway.prepare(cpA1, { action: 'Reset', payload: {} })).toEqual({ kind: 'not connected' });
  });
});
