import { describe, expect, it } from 'vitest';
import { as, givenApi, givenPorts } from './givenApi.ts';

const json = { ...as('office'), 'content-type': 'application/json' };
const post = async (payload: string, headers: Record<string, string> = json) => {
  const ports = givenPorts();
  const api = await givenApi(ports);
  const answer = await api.inject({ method: 'POST', url: '/api/v1/limits', headers, payload });
  expect(ports.calls).toEqual([]);
  // It still serves.
  expect((await api.inject({ url: '/livez' })).statusCode).toBe(200);
  return answer;
};

describe('what does not fit', () => {
  it.each([
    ['a body that is not JSON', '{"site": ', 400, 'the body is not JSON that this server reads'],
    ['an empty body', '', 400, 'the body is empty: send a JSON object'],
    ['a body with __proto__', '{"__proto__": {"amps": 1}}', 400, 'leave __proto__ away'],
    ['a body with constructor.prototype', '{"constructor": {"prototype": {}}}', 400, 'leave __proto__ away'],
    ['a deep body', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 400, 'body must be object'],
    ['a body of 64 KiB and a byte', JSON.stringify('x'.repeat(64 * 1024 - 1)), 413, 'the body is larger'],
    ['a body of exactly 64 KiB', JSON.stringify('x'.repeat(64 * 1024 - 2)), 400, 'body must be object'],
  ])('%s is answered with a problem', async (_what, payload, status, detail) => {
    const answer = await post(payload);
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(answer.json().detail).toContain(detail);
  });

  it.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/xml',
  ])('a body of %s is answered with 415', async (type) => {
    const answer = await post('amps=1', { ...as('office'), 'content-type': type });
    expect(answer.statusCode).toBe(415);
    expect(answer.json().detail).toBe('the body must be sent as "Content-Type: application/json"');
  });

  it.each([
    [
      'an unknown path',
      'GET',
      '/api/v2/sites',
      404,
      'there is no /api/v2/sites here: GET /openapi.json lists what there is',
    ],
    ['another method', 'PUT', '/api/v1/limits', 405, 'PUT is not possible here: use GET or POST'],
    [
      'another method on a parameter',
      'GET',
      '/api/v1/limits/L1',
      405,
      'GET is not possible here: use DELETE',
    ],
    ['HEAD on events', 'HEAD', '/api/v1/events', 405, ''],
    ['bad percent encoding', 'GET', '/api/v1/sites/%zz', 400, 'the URL is not properly percent-encoded'],
    ['an id longer than any', 'GET', `/api/v1/sites/${'x'.repeat(101)}`, 414, 'longer than any id'],
  ] as const)('%s is answered with a problem', async (_what, method, url, status, detail) => {
    const answer = await (await givenApi()).inject({ method, url, headers: as('office') });
    expect(answer.statusCode).toBe(status);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    if (method !== 'HEAD') expect(answer.json().detail).toContain(detail);
  });

  it('names the allowed methods with a 405', async () => {
    const answer = await (await givenApi()).inject({
      method: 'PUT',
      url: '/api/v1/limits',
      headers: as('office'),
    });
    expect(answer.headers['allow']).toBe('GET, POST');
  });
});

describe('every answer', () => {
  it('is not to be stored nor sniffed', async () => {
    const { headers } = await (await givenApi()).inject({ url: '/api/v1/sites', headers: as('office') });
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
});
