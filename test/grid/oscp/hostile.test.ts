import { afterEach, describe, expect, it } from 'vitest';
import { oscpHandler } from '../../../src/grid/oscp/oscpHandler.ts';
import { peerAddress } from '../../../src/grid/oscp/peerAddress.ts';
import { recordedLog } from '../../store/recordedLog.ts';
import { VirtualClock } from '../../virtualClock.ts';
import { block, endOscp, forecast, givenOscp, short, startMs, tokenA } from './givenOscp.ts';

afterEach(endOscp);

async function given(...parts: Parameters<typeof givenOscp>) {
  const oscp = await givenOscp(...parts);
  await oscp.together();
  return oscp;
}

const path = 'update_group_capacity_forecast';

describe('a flexibility provider', () => {
  it.each([
    ['an unknown group', forecast([block(0, 15, 5)], { group_id: 'G2' }), 404, 'there is no group'],
    ['a negative capacity', forecast([block(0, 15, -5)]), 400, '/forecasted_blocks/0/capacity'],
    ['a capacity in words', forecast([block(0, 15, 'much')]), 400, '/forecasted_blocks/0/capacity'],
    ['a negative capacity as text', forecast([block(0, 15, '-5')]), 400, '/forecasted_blocks/0/capacity'],
    [
      'a time without a zone',
      forecast([block(0, 15, 5, { start_time: '2026-01-31T12:00:00' })]),
      400,
      '/forecasted_blocks/0/start_time must be a date-time with a zone',
    ],
    ['a block that ends before it begins', forecast([block(15, 0, 5)]), 400, 'end_time must be after'],
    ['an empty block', forecast([block(15, 15, 5)]), 400, 'end_time must be after'],
    ['no block', forecast([]), 400, '/forecasted_blocks'],
    ['an unknown unit', forecast([block(0, 15, 5, { unit: 'MW' })]), 400, '/forecasted_blocks/0/unit'],
    ['an unknown phase', forecast([block(0, 15, 5, { phase: 'FOUR' })]), 400, '/forecasted_blocks/0/phase'],
    ['an unknown type', forecast([block(0, 15, 5)], { type: 'ALL' }), 400, '/type'],
    [
      '10,000 blocks',
      forecast(Array.from({ length: 10_000 }, (_, index) => block(index, index + 1, 5))),
      400,
      '/forecasted_blocks',
    ],
    [
      'blocks in heaps on one moment',
      forecast(Array.from({ length: 3_000 }, (_, index) => block(0, 60 + index, 5))),
      400,
      'more than 16 blocks',
    ],
  ])('refuses %s, and says where', async (_what, body, status, why) => {
    const { provider, heard } = await given();
    expect(await provider.send(path, body)).toMatchObject({ status, answer: expect.stringContaining(why) });
    expect(heard.changes).toEqual([]);
  });

  it('takes 3,000 blocks', async () => {
    const { provider, heard } = await given();
    const blocks = Array.from({ length: 3_000 }, (_, index) => block(index, index + 1, 5));
    expect((await provider.forecast(forecast(blocks))).status).toBe(204);
    expect(heard.standing()).toHaveLength(3_000);
  });

  it.each([
    ['a token nobody gave', 'Token nobody-knows-this-one'],
    ['the first token', `Token ${tokenA}`],
    ['another scheme', 'Basic dXNlcjpwYXNz'],
    ['no token', ''],
    ['a token of 10,000 characters', `Token ${'x'.repeat(10_000)}`],
  ])('refuses a message with %s', async (_what, authorization) => {
    const { provider, heard } = await given();
    const sent = await provider.forecast(forecast([block(0, 15, 5)]), { headers: { authorization } });
    expect(sent).toMatchObject({ status: 401, answer: '{"message":"the token is missing or not known"}' });
    expect(heard.changes).toEqual([]);
  });

  it('logs strangers once a minute, however many knock', async () => {
    const clock = new VirtualClock(startMs);
    const { log, messages } = recordedLog();
    const handle = oscpHandler([], { clock, log });
    const knock = () => handle({ method: 'POST', path: '/heartbeat', headers: {}, body: '' });
    for (let times = 0; times < 1_000; times += 1) expect((await knock()).status).toBe(401);
    expect(messages()).toHaveLength(1);
    clock.advance(60_000);
    await knock();
    expect(messages()).toHaveLength(2);
  });

  it('refuses a message without X-Request-ID', async () => {
    const { provider } = await given();
    const sent = await provider.forecast(forecast([block(0, 15, 5)]), { headers: { 'x-request-id': '' } });
    expect(sent).toMatchObject({ status: 400, answer: expect.stringContaining('X-Request-ID') });
  });

  it('refuses a request id that named another message', async () => {
    const { provider, heard } = await given();
    const { headers } = await provider.forecast(forecast([block(0, 15, 5)]));
    const again = await provider.send(path, forecast([block(0, 15, 500)]), { headers });
    expect(again.status).toBe(400);
    expect(heard.standing().map(short)).toEqual([[0, 15, { watts: 5_000 }]]);
  });

  it.each([
    ['POST', 'nothing_here', 404],
    ['POST', '__proto__', 404],
    ['PUT', 'heartbeat', 405],
  ] as const)('answers %s %s with %d', async (method, unknown, status) => {
    const { provider } = await given();
    expect((await provider.send(unknown, {}, { method })).status).toBe(status);
  });

  it('refuses what is not JSON', async () => {
    const { provider, url } = await given();
    const { headers } = await provider.heartbeat(60_000);
    const response = await fetch(`${url}/heartbeat`, {
      method: 'POST',
      headers: { ...headers, 'x-request-id': 'another' },
      body: '{"offline_mode_at":',
    });
    expect([response.status, await response.json()]).toEqual([400, { message: 'the body is not JSON' }]);
  });

  it('keeps the order of a hundred updates at once, each answered', async () => {
    const { provider, heard } = await given();
    const answers = [];
    for (let batch = 0; batch < 5; batch += 1) {
      const updates = Array.from({ length: 20 }, (_, index) =>
        provider.forecast(forecast([block(0, 15, 1 + batch * 20 + index)])),
      );
      answers.push(...(await Promise.all(updates)));
    }
    expect(answers.map(({ status }) => status)).toEqual(new Array(100).fill(204));
    expect(heard.standing()).toHaveLength(1);
  });

  it('turns away what comes faster than it can be stored', async () => {
    const { provider } = await given();
    const updates = Array.from({ length: 300 }, (_, index) =>
      provider.forecast(forecast([block(0, 15, index)])),
    );
    const statuses = new Set((await Promise.all(updates)).map(({ status }) => status));
    expect([...statuses].every((status) => status === 204 || status === 503)).toBe(true);
    expect((await provider.forecast(forecast([block(0, 15, 7)]))).status).toBe(204);
  });
});

describe('the address of a peer', () => {
  const policy = {
    hosts: [
      '127.0.0.1',
      '10.1.2.3',
      '169.254.169.254',
      '100.64.0.1',
      '[::1]',
      '[::ffff:7f00:1]',
      '[fd00::1]',
      '[64:ff9b::7f00:1]',
      '[2002:7f00:1::]',
      '8.8.8.8',
      '[2606:4700::1]',
      'cp.example',
    ],
    allowsPrivate: false,
  };

  it.each([
    ['loopback', 'https://127.0.0.1/'],
    ['loopback in decimal', 'https://2130706433/'],
    ['loopback in hexadecimal', 'https://0x7f000001/'],
    ['loopback in octal', 'https://0177.0.0.1/'],
    ['loopback in short', 'https://127.1/'],
    ['a private network', 'https://10.1.2.3/'],
    ['the metadata of a cloud', 'https://169.254.169.254/latest'],
    ['shared address space', 'https://100.64.0.1/'],
    ['IPv6 loopback', 'https://[::1]/'],
    ['IPv4 mapped into IPv6', 'https://[::ffff:127.0.0.1]/'],
    ['a unique local address', 'https://[fd00::1]/'],
    ['IPv4 behind NAT64', 'https://[64:ff9b::127.0.0.1]/'],
    ['IPv4 in 6to4', 'https://[2002:7f00:1::]/'],
    ['plain HTTP', 'http://cp.example/'],
  ])('is refused when it is %s, even where its host is listed', (_what, text) => {
    expect(peerAddress(text, policy)).toHaveProperty('why');
  });

  it.each([
    ['https://cp.example/oscp/cp/2.0/', 'https://cp.example/oscp/cp/2.0'],
    ['https://CP.example:443/oscp', 'https://cp.example/oscp'],
    ['https://8.8.8.8', 'https://8.8.8.8'],
    ['https://[2606:4700::1]/x', 'https://[2606:4700::1]/x'],
  ])('is taken when it is %s', (text, url) => {
    expect(peerAddress(text, policy)).toEqual({ url });
  });

  it('may be private where the config says so, and is tied to the listed hosts all the same', () => {
    const open = { ...policy, allowsPrivate: true };
    expect(peerAddress('http://127.0.0.1/x', open)).toEqual({ url: 'http://127.0.0.1/x' });
    expect(peerAddress('http://127.0.0.2/x', open)).toHaveProperty('why');
  });
});
