import { describe, expect, it } from 'vitest';
import type { RawHandler } from '../../src/http/rawHandlers.ts';
import { givenApi, givenPorts } from './givenApi.ts';

type Request = Parameters<RawHandler['handle']>[0];

async function given(bodyLimitBytes = 100) {
  const heard: Request[] = [];
  const events: string[] = [];
  const handler: RawHandler = {
    prefix: '/own/protocol',
    bodyLimitBytes,
    handle: async (request) => {
      heard.push(request);
      return {
        status: 202,
        headers: { 'x-own': 'yes' },
        body: 'taken',
        afterwards: () => events.push('after'),
      };
    },
  };
  return { api: await givenApi({ ...givenPorts(), rawHandlers: [handler] }), heard, events };
}

describe('a handler that speaks HTTP in its own way', () => {
  it('gets method, path below its prefix, query, headers and body as they came', async () => {
    const { api, heard } = await given();
    const headers = { 'content-type': 'application/json', 'x-own': 'a' };
    await api.inject({ method: 'PUT', url: '/own/protocol/deep/er?x=1', headers, body: '{not json' });
    expect(heard).toEqual([
      expect.objectContaining({ method: 'PUT', path: '/deep/er', query: 'x=1', body: '{not json' }),
    ]);
    expect(heard[0]?.headers['x-own']).toBe('a');
  });

  it('answers as it likes, and goes on once the answer is sent', async () => {
    const { api, events } = await given();
    const answer = await api.inject({ method: 'GET', url: '/own/protocol/x' });
    expect(answer).toMatchObject({ statusCode: 202, body: 'taken', headers: { 'x-own': 'yes' } });
    await expect.poll(() => events).toEqual(['after']);
  });

  it('takes a body at its limit and none above', async () => {
    const { api, heard } = await given(10);
    const send = (body: string) => api.inject({ method: 'POST', url: '/own/protocol/x', body });
    expect((await send('x'.repeat(10))).statusCode).toBe(202);
    expect((await send('x'.repeat(11))).statusCode).toBe(413);
    expect(heard).toHaveLength(1);
  });

  it('leaves everything else to the API', async () => {
    const { api, heard } = await given();
    expect((await api.inject({ url: '/own' })).statusCode).toBe(404);
    expect((await api.inject({ url: '/livez' })).statusCode).toBe(200);
    expect(heard).toEqual([]);
  });
});
