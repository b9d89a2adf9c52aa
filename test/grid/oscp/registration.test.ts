import { afterEach, describe, expect, it } from 'vitest';
import { block, endOscp, forecast, givenOscp, tokenA } from './givenOscp.ts';

afterEach(endOscp);

describe('registration at a flexibility provider', () => {
  it('answers first, then registers back with the token it was given and one of its own', async () => {
    const { provider, url } = await givenOscp();
    const sent = await provider.register({ url, token: tokenA });
    expect(sent.status).toBe(204);
    await expect.poll(() => provider.received('register')).toHaveLength(1);
    const [reply] = provider.received('register');
    expect(reply).toMatchObject({
      method: 'POST',
      headers: { 'x-correlation-id': sent.headers['x-request-id'] },
      body: { version_url: [{ version: '2.0', base_url: url }] },
    });
  });

  it('makes the first token worthless once it is complete, and not before', async () => {
    const { provider, url } = await givenOscp();
    await provider.register({ url, token: tokenA });
    await expect.poll(() => provider.received('register')).toHaveLength(1);
    const again = async () => {
      const headers = { authorization: `Token ${tokenA}` };
      return (await provider.send('register', { token: 'x', version_url: [] }, { headers })).status;
    };
    await expect.poll(again).toBe(401);
  });

  it('lets the first token try again when the reply could not be delivered', async () => {
    const { provider, url, clock } = await givenOscp();
    provider.isSilent = true;
    expect((await provider.register({ url, token: tokenA })).status).toBe(204);
    await expect.poll(() => provider.cutOff).toBe(1);
    provider.isSilent = false;
    expect((await provider.register({ url, token: tokenA })).status).toBe(204);
    await expect.poll(() => provider.received('register')).toHaveLength(1);
    // The earlier reply is not tried any more: its token would replace the newer one.
    clock.advance(60_000);
    expect((await provider.heartbeat(120_000)).status).not.toBe(401);
    expect(provider.received('register')).toHaveLength(1);
  });

  it('picks its version among those offered, and refuses when there is none', async () => {
    const { provider, url } = await givenOscp();
    provider.resume({ url, token: tokenA, ownToken: 'unused' });
    const offer = (versions: readonly string[]) =>
      provider.send('register', {
        token: 'b',
        version_url: versions.map((version) => ({ version, base_url: provider.url })),
      });
    expect(await offer(['1.0', '3.0'])).toMatchObject({
      status: 501,
      answer: expect.stringContaining('2.0'),
    });
    expect((await offer(['1.0', '2.0'])).status).toBe(204);
  });

  it('exchanges tokens by PUT: the earlier ones are good until the new ones arrived', async () => {
    const given = await givenOscp();
    await given.together();
    const { provider } = given;
    const earlier = provider.sent().at(-1)?.headers['authorization'] ?? '';
    expect((await provider.updateRegistration()).status).toBe(204);
    await expect
      .poll(() => provider.received('register').map(({ method }) => method))
      .toEqual(['POST', 'PUT']);
    expect((await provider.heartbeat(60_000)).status).toBe(204);
    const old = () => provider.send('heartbeat', {}, { headers: { authorization: earlier } });
    await expect.poll(async () => (await old()).status).toBe(401);
  });

  it('ends by DELETE: no token is good any more, and limits stay as they are', async () => {
    const given = await givenOscp();
    await given.together();
    const { provider, heard } = given;
    await provider.forecast(forecast([block(0, 60, 50)]));
    expect((await provider.send('register', {}, { method: 'DELETE' })).status).toBe(204);
    expect((await provider.heartbeat(60_000)).status).toBe(401);
    expect(heard.standing()).toHaveLength(1);
  });

  it('survives a restart', async () => {
    const given = await givenOscp();
    await given.together();
    await given.restart();
    expect((await given.provider.heartbeat(60_000)).status).toBe(204);
  });

  it.each([
    ['another host', 'https://evil.example/oscp'],
    ['another port of a listed host', 'http://127.0.0.1:1/oscp'],
    ['no URL', 'nonsense'],
    ['a file', 'file:///etc/passwd'],
    ['a user in it', 'https://user@cp.example/oscp'],
  ])('refuses a base_url that is %s', async (_what, base_url) => {
    const { provider, url } = await givenOscp();
    provider.resume({ url, token: tokenA, ownToken: 'unused' });
    const sent = await provider.send('register', { token: 'b', version_url: [{ version: '2.0', base_url }] });
    expect(sent).toMatchObject({ status: 400, answer: expect.stringContaining('base_url is refused') });
  });
});
