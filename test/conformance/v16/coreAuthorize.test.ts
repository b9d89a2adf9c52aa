import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { givenCsms } from '../csms.ts';

afterEach(stopGateways);

const authorize = async (idTag: string) =>
  (await (await givenCsms('ocpp1.6')).connect()).call('Authorize', { idTag });

describe('1.6 Core, Authorize', () => {
  it('tells a known token with its parent, and until when that may be cached', async () => {
    const { idTagInfo } = (await authorize('ANNA')) as { idTagInfo: { expiryDate: string } };
    expect(idTagInfo).toMatchObject({ status: 'Accepted', parentIdTag: 'FAMILY' });
    expect(Date.parse(idTagInfo.expiryDate)).toBeGreaterThan(Date.now());
  });

  it('takes no notice of upper and lower case', async () => {
    expect(await authorize('anna')).toMatchObject({ idTagInfo: { status: 'Accepted' } });
  });

  it.each([
    ['BLOCKED', 'Blocked'],
    ['EXPIRED', 'Expired'],
    ['ELSEWHERE', 'Invalid'],
    ['STRANGER', 'Invalid'],
  ])('answers %s with %s', async (idTag, status) => {
    expect(await authorize(idTag)).toMatchObject({ idTagInfo: { status } });
  });

  it('never speaks of a concurrent transaction, which only its start can be', async () => {
    const csms = await givenCsms('ocpp1.6');
    const station = await csms.connect();
    const start = { connectorId: 1, idTag: 'ANNA', meterStart: 0, timestamp: new Date().toISOString() };
    await station.call('StartTransaction', start);
    expect(await station.call('Authorize', { idTag: 'ANNA' })).toMatchObject({
      idTagInfo: { status: 'Accepted' },
    });
  });

  it('cannot be used to try out numbers', async () => {
    const station = await (await givenCsms('ocpp1.6')).connect();
    const codes: unknown[] = [];
    for (let n = 0; n < 200 && codes.length === 0; n += 1) {
      const [type, , code] = await station.raw.call('Authorize', { idTag: `TRY${n}` });
      if (type === 4) codes.push(code);
    }
    expect(codes).toEqual(['InternalError']);
  });
});
