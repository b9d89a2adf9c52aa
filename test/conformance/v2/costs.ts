import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { asked } from './asking.ts';
import { card, given, inState, register, stopped } from './station.ts';

/** Block I, what the CSMS has to do in it, the same in both versions. */
export function costs(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('Block I, Show EV Driver Running Total Cost During Charging', () => {
    it('tells the cost of the transaction so far', async () => {
      const there = await given(protocol);
      await there.event('Started', 10, card('ANNA'));
      const { message, reply } = await asked(
        there,
        { kind: 'show cost', transactionId: 'tx-1', cost: 12.25 },
        ['CostUpdated', {}],
      );
      expect(message).toEqual({ transactionId: 'tx-1', totalCost: 12.25 });
      expect(reply).toMatchObject({ outcome: 'accepted' });
    });
  });

  describe('Block I, Show EV Driver Final Total Cost After Charging', () => {
    it('no cost is told where none is known: 0 would be a promise that the charge is free', async () => {
      const { event } = await given(protocol);
      const answers = [
        await event('Started', 20, { ...card('ANNA'), ...register(20, 5000, 'Transaction.Begin') }),
        await event('Updated', 19, inState('Charging')),
        await event('Ended', 1, { ...stopped('Local'), ...register(1, 9000, 'Transaction.End') }),
      ];
      for (const answer of answers) expect(answer).not.toHaveProperty('totalCost');
    });
  });
}
