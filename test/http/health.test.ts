import { describe, expect, it } from 'vitest';
import type { Health } from '../../src/http/ports.ts';
import { givenApi, givenPorts } from './givenApi.ts';

const probe = async (url: string, health: Health) =>
  (await givenApi(givenPorts({ health: () => health }))).inject({ url });

describe('the probes', () => {
  const well: Health = { isAlive: true, isReady: true, reasons: [] };

  it.each(['/livez', '/readyz'])('%s passes while all is well, without a key', async (url) => {
    const answer = await probe(url, well);
    expect(answer.statusCode).toBe(200);
    expect(answer.json()).toEqual({ status: 'pass', reasons: [] });
  });

  it('/livez fails when the loop stands still', async () => {
    const answer = await probe('/livez', { ...well, isAlive: false, reasons: ['tick overdue'] });
    expect(answer.statusCode).toBe(503);
    expect(answer.json()).toEqual({ status: 'fail', reasons: ['tick overdue'] });
  });

  it('/readyz fails before the limits are loaded, while /livez passes', async () => {
    const loading: Health = { isAlive: true, isReady: false, reasons: ['limits not loaded'] };
    expect((await probe('/readyz', loading)).statusCode).toBe(503);
    expect((await probe('/livez', loading)).statusCode).toBe(200);
  });

  it('/readyz passes while degraded, and says so', async () => {
    const answer = await probe('/readyz', { ...well, reasons: ['time series unreachable'] });
    expect(answer.statusCode).toBe(200);
    expect(answer.json().reasons).toEqual(['time series unreachable']);
  });
});
