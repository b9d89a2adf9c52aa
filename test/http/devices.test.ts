import { describe, expect, it } from 'vitest';
import { as, givenApi } from './givenApi.ts';

const get = async (station: string, keyName = 'guest') =>
  (await givenApi()).inject({ url: `/api/v1/stations/${station}/traits`, headers: as(keyName) });

describe('GET /stations/{station}/traits', () => {
  it('tells what a station can be told and where each value comes from', async () => {
    const answer = await get('CP-A1');
    expect(answer.statusCode).toBe(200);
    const { traits, ...station } = answer.json();
    expect(station).toEqual({
      station: 'CP-A1',
      protocol: 'ocpp1.6',
      vendor: 'ABB',
      model: 'Terra AC',
      firmware: '1.8',
      isTrying: false,
      isExhausted: false,
    });
    expect(traits).toContainEqual({ name: 'takesZero', value: false, source: 'model', why: 'evcc#15493' });
    expect(traits).toContainEqual({ name: 'vendorKey', value: null, source: 'default', why: '' });
  });

  it.each(['CP-Z9', 'CP-D1'])('answers 404 for %s, which is not on a site of the key', async (station) => {
    expect((await get(station)).statusCode).toBe(404);
  });
});
