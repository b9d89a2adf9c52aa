import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import type { Protocol } from '../csms.ts';
import { card, given } from './station.ts';

/** Block C, what the CSMS has to do in it, the same in both versions. */
export function authorization(protocol: Protocol): void {
  afterEach(stopGateways);
  const authorize = async (idToken: string, type?: string) =>
    (await given(protocol)).station.call('Authorize', card(idToken, type));

  describe('C01 EV Driver Authorization using RFID', () => {
    it.each([
      ['ANNA', 'Accepted'],
      ['anna', 'Accepted'],
      ['BLOCKED', 'Blocked'],
      ['EXPIRED', 'Expired'],
      ['ELSEWHERE', 'NotAtThisLocation'],
      ['STRANGER', 'Unknown'],
    ])('answers %s with %s [C01.FR.07]', async (idToken, status) => {
      expect(await authorize(idToken)).toMatchObject({ idTokenInfo: { status } });
    });
  });

  describe('C02 Authorization using a start button', () => {
    it('is refused where only known tokens may charge', async () => {
      expect(await authorize('', 'NoAuthorization')).toMatchObject({ idTokenInfo: { status: 'Unknown' } });
    });
  });

  describe('C09 Authorization by GroupId', () => {
    it('tells the group of a token', async () => {
      expect(await authorize('BERT')).toMatchObject({
        idTokenInfo: { groupIdToken: { idToken: 'FAMILY', type: 'Central' } },
      });
    });
  });

  describe('C10 Store Authorization Data in the Authorization Cache', () => {
    it('tells how long an accepted token may be relied on', async () => {
      const { idTokenInfo } = (await authorize('ANNA')) as { idTokenInfo: { cacheExpiryDateTime: string } };
      expect(Date.parse(idTokenInfo.cacheExpiryDateTime)).toBeGreaterThan(Date.now());
    });

    it('has a refused token asked for again', async () => {
      const { idTokenInfo } = (await authorize('BLOCKED')) as {
        idTokenInfo: { cacheExpiryDateTime: string };
      };
      expect(Date.parse(idTokenInfo.cacheExpiryDateTime)).toBeLessThanOrEqual(Date.now());
    });
  });
}
