import { describe, expect, it } from 'vitest';
import { sent } from '../v2/asking.ts';
import { costs } from '../v2/costs.ts';
import { card, given } from '../v2/station.ts';

costs('ocpp2.1');

const tariff = {
  ...{ tariffId: 'night', currency: 'SEK' },
  energy: { prices: [{ priceKwh: 2.5 }] },
};

describe('Block I, Tariffs that the station reckons with', () => {
  it('a default tariff is set, read and cleared in the words of the specification', async () => {
    const there = await given('ocpp2.1');
    await sent(there, ['SetDefaultTariff', { evseId: 1, tariff }]);
    const tariffAssignments = [{ tariffId: 'night', tariffKind: 'DefaultTariff', evseIds: [1] }];
    const held = { status: 'Accepted', tariffAssignments };
    expect(await sent(there, ['GetTariffs', { evseId: 1 }], held)).toEqual(held);
    const cleared = { clearTariffsResult: [{ tariffId: 'night', status: 'Accepted' }] };
    expect(await sent(there, ['ClearTariffs', { tariffIds: ['night'] }], cleared)).toEqual(cleared);
  });

  it('the tariff of a transaction is changed, and the station says where it cannot', async () => {
    const there = await given('ocpp2.1');
    await there.event('Started', 10, card('ANNA'));
    const change = ['ChangeTransactionTariff', { transactionId: 'tx-1', tariff }] as const;
    expect(await sent(there, change, { status: 'NoCurrencyChange' })).toEqual({ status: 'NoCurrencyChange' });
  });
});

describe('Block I, Settlement at a payment terminal', () => {
  it('of the station itself is acknowledged', async () => {
    const { station } = await given('ocpp2.1');
    const settled = {
      ...{ transactionId: 'tx-1', pspRef: 'psp-1', status: 'Settled', settlementAmount: 120.5 },
      settlementTime: '2026-01-01T00:00:00Z',
    };
    expect(await station.call('NotifySettlement', settled)).toEqual({});
  });

  it('a number for value added tax is not vouched for, since nobody checks it', async () => {
    const { station } = await given('ocpp2.1');
    expect(await station.call('VatNumberValidation', { vatNumber: 'SE1', evseId: 1 })).toEqual({
      ...{ vatNumber: 'SE1', evseId: 1, status: 'Rejected' },
    });
  });
});
