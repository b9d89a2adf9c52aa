import { describe, expect, it } from 'vitest';
import type { Api } from '../../src/http/plugin.ts';
import { VirtualClock } from '../virtualClock.ts';
import { as, givenApi, givenPorts } from './givenApi.ts';

const url = '/api/v1/sites';
const wrong = { authorization: 'Bearer guess' };

async function refused(api: Api, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    expect((await api.inject({ url, headers: wrong })).statusCode).toBe(401);
  }
}

describe('wrong keys', () => {
  it('are answered 429 after twenty from one address, and so is a right one that was never used from there', async () => {
    const api = await givenApi();
    await refused(api, 20);
    for (const headers of [wrong, as('root')]) {
      const answer = await api.inject({ url, headers });
      expect(answer.statusCode).toBe(429);
      expect(answer.json().detail).toMatch(/^too many wrong keys came from this address: wait \d+ s/);
    }
  });

  it('leave other addresses alone, and keys that were in use from the same one', async () => {
    const api = await givenApi();
    expect((await api.inject({ url, headers: as('root') })).statusCode).toBe(200);
    await refused(api, 20);
    expect((await api.inject({ url, headers: wrong })).statusCode).toBe(429);
    expect((await api.inject({ url, headers: as('root') })).statusCode).toBe(200);
    const elsewhere = await api.inject({ url, headers: as('office'), remoteAddress: '192.0.2.7' });
    expect(elsewhere.statusCode).toBe(200);
  });

  it('are forgiven with time', async () => {
    const clock = new VirtualClock(0);
    const api = await givenApi(givenPorts({ clock }));
    await refused(api, 20);
    clock.advance(3_000);
    expect((await api.inject({ url, headers: as('root') })).statusCode).toBe(200);
  });

  it('are not counted where no key was given', async () => {
    const api = await givenApi();
    for (let time = 0; time < 25; time += 1) expect((await api.inject({ url })).statusCode).toBe(401);
    expect((await api.inject({ url, headers: as('root') })).statusCode).toBe(200);
  });
});
