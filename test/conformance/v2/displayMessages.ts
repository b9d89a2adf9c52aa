import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { asked, sent } from './asking.ts';
import { given } from './station.ts';

const show = { kind: 'show message', messageId: 2, text: 'Välkommen', priority: 'in turn' } as const;
const accepted = ['SetDisplayMessage', { status: 'Accepted' }] as const;

/** Block O, what the CSMS has to do in it, the same in both versions. */
export function displayMessages(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('Block O, Set and Replace Display Message', () => {
    it.each([
      ['always', 'AlwaysFront'],
      ['in front', 'InFront'],
      ['in turn', 'NormalCycle'],
    ] as const)('one that is shown %s has the priority %s', async (priority, wire) => {
      const { message } = await asked(await given(protocol), { ...show, priority }, accepted);
      expect(message).toEqual({
        message: { id: 2, priority: wire, message: { format: 'UTF8', content: 'Välkommen' } },
      });
    });

    it('one with the number of another takes its place', async () => {
      const there = await given(protocol);
      const id = async (text: string) => (await asked(there, { ...show, text }, accepted)).message['message'];
      expect(await id('Välkommen')).toMatchObject({ id: 2, message: { content: 'Välkommen' } });
      expect(await id('Stängt')).toMatchObject({ id: 2, message: { content: 'Stängt' } });
    });

    it.each([
      'NotSupportedMessageFormat',
      'Rejected',
      'NotSupportedPriority',
      'NotSupportedState',
      'UnknownTransaction',
    ])('answered with %s it is not shown', async (status) => {
      const { reply } = await asked(await given(protocol), show, ['SetDisplayMessage', { status }]);
      expect(reply).toEqual({ outcome: 'rejected', reason: status });
    });
  });

  describe('Block O, Set Display Message for Transaction', () => {
    it('names the transaction it is shown for, and until when', async () => {
      const untilMs = Date.parse('2040-01-01T00:00:00Z');
      const request = { ...show, transactionId: 'tx-1', untilMs };
      const { message } = await asked(await given(protocol), request, accepted);
      expect(message).toMatchObject({
        message: { transactionId: 'tx-1', endDateTime: '2040-01-01T00:00:00.000Z' },
      });
    });
  });

  describe('Block O, Get All and Specific Display Messages', () => {
    it.each([
      ['all of them', { requestId: 7 }],
      ['those of a priority', { requestId: 7, priority: 'AlwaysFront' }],
      ['some', { requestId: 7, id: [1, 2] }],
    ])('%s are asked for in the words of the specification', async (_which, payload) => {
      expect(await sent(await given(protocol), ['GetDisplayMessages', payload])).toEqual({
        status: 'Accepted',
      });
    });

    it('they come part by part, until the last', async () => {
      const { csms, station } = await given(protocol);
      const part = (id: number, tbc: boolean) => ({
        ...{ requestId: 7, tbc },
        messageInfo: [{ id, priority: 'InFront', message: { format: 'UTF8', content: 'A' } }],
      });
      expect(await station.call('NotifyDisplayMessages', part(1, true))).toEqual({});
      expect(await station.call('NotifyDisplayMessages', part(2, false))).toEqual({});
      expect(csms.reports).toMatchObject([
        { of: 'display messages', requestId: 7, isLast: false, items: [{ id: 1 }] },
        { of: 'display messages', requestId: 7, isLast: true, items: [{ id: 2 }] },
      ]);
    });
  });

  describe('Block O, Clear a Display Message', () => {
    it.each([
      ['Accepted', 'accepted'],
      ['Unknown', 'rejected'],
    ])('names it; answered with %s it is %s', async (status, outcome) => {
      const { message, reply } = await asked(await given(protocol), { kind: 'clear message', messageId: 2 }, [
        'ClearDisplayMessage',
        { status },
      ]);
      expect(message).toEqual({ id: 2 });
      expect(reply).toMatchObject({ outcome });
    });
  });
}
