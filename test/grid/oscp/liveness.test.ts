import { afterEach, describe, expect, it } from 'vitest';
import { readHandshake, requiredBehaviour } from '../../../src/grid/oscp/messages.ts';
import { play } from '../../../src/sim/capacityProvider/script.ts';
import { block, endOscp, forecast, givenOscp, short, startMs } from './givenOscp.ts';

afterEach(endOscp);

async function given(...parts: Parameters<typeof givenOscp>) {
  const oscp = await givenOscp(...parts);
  await oscp.together();
  return oscp;
}

/** Lets virtual time run while real sockets do their work. */
async function passing<T>(work: Promise<T>, advance: (ms: number) => void): Promise<T> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    advance(1_000);
  }
  return done;
}

describe('a handshake', () => {
  it('is acknowledged after it was answered, with the behaviour we ask for', async () => {
    const { provider, heard } = await given({ heartbeatS: 30 });
    const handshake = provider.sent().find(({ path }) => path === 'handshake');
    expect(handshake).toMatchObject({ status: 204, answer: '' });
    expect(provider.received('handshake_acknowledge')).toMatchObject([
      {
        method: 'POST',
        headers: { 'x-correlation-id': handshake?.headers['x-request-id'] },
        body: { required_behaviour: { heartbeat_interval: 30, measurement_configuration: [] } },
      },
    ]);
    expect(heard.heartbeats).toEqual([startMs + 90_000]);
    expect(heard.resynchronised).toBe(0);
  });

  it('may come with its behaviour one level up, as generated clients write it', () => {
    const flat = { heartbeat_interval: 10, measurement_configuration: ['INTERMITTENT'] };
    const nested = { required_behaviour: flat };
    const read = (body: object) => requiredBehaviour(readHandshake(JSON.stringify(body)));
    expect(read(flat)).toEqual({ heartbeatIntervalMs: 10_000, isContinuous: false, isIntermittent: true });
    expect(read(nested)).toEqual(read(flat));
  });

  it('that acknowledges one nobody sent is refused', async () => {
    const { provider } = await given();
    expect((await provider.send('handshake_acknowledge', {})).status).toBe(400);
  });
});

describe('heartbeats of ours', () => {
  it('go out as often as the provider asked, each with a moment further on', async () => {
    const { provider, clock } = await given({}, { heartbeatS: 20 });
    await expect.poll(() => provider.received('heartbeat').length).toBe(1);
    clock.advance(20_000);
    await expect.poll(() => provider.received('heartbeat').length).toBe(2);
    expect(provider.received('heartbeat').map(({ body }) => body)).toEqual([
      { offline_mode_at: new Date(startMs + 60_000).toISOString() },
      { offline_mode_at: new Date(startMs + 80_000).toISOString() },
    ]);
  });

  it('go on after a restart without a new handshake', async () => {
    const oscp = await given({}, { heartbeatS: 20 });
    await expect.poll(() => oscp.provider.received('heartbeat').length).toBe(1);
    await oscp.restart();
    await expect.poll(() => oscp.provider.received('heartbeat').length).toBe(2);
  });
});

describe('heartbeats of the provider', () => {
  it('vouch until their moment', async () => {
    const { provider, heard } = await given();
    expect((await provider.heartbeat(120_000)).status).toBe(204);
    expect(heard.heartbeats.at(-1)).toBe(startMs + 120_000);
  });

  it('vouch no longer than the config lets them', async () => {
    const { provider, heard } = await given({ offlineMaxS: 600 });
    await provider.heartbeat(365 * 86_400_000);
    expect(heard.heartbeats.at(-1)).toBe(startMs + 600_000);
  });

  it.each([
    ['over already', '2026-01-31T11:59:59Z'],
    ['without a zone', '2026-01-31T13:00:00'],
    ['no moment', 'tomorrow'],
  ])('are refused with a moment that is %s', async (_what, offline_mode_at) => {
    const { provider } = await given();
    expect((await provider.send('heartbeat', { offline_mode_at })).status).toBe(400);
  });

  it('are refused once they had ceased, until it shakes hands again', async () => {
    const { provider, heard, clock } = await given();
    await provider.forecast(forecast([block(0, 60, 50)]));
    await provider.heartbeat(60_000);
    clock.advance(60_001);
    const late = await provider.heartbeat(60_000);
    expect(late).toMatchObject({ status: 409, answer: expect.stringContaining('handshake') });
    expect(heard.resynchronised).toBe(0);
    await provider.handshake();
    expect(heard.resynchronised).toBe(1);
    expect((await provider.heartbeat(60_000)).status).toBe(204);
  });

  it('are refused after a restart too, when they had ceased', async () => {
    const oscp = await given();
    await oscp.provider.heartbeat(60_000);
    oscp.clock.advance(60_001);
    await oscp.restart();
    expect((await oscp.provider.heartbeat(60_000)).status).toBe(409);
  });

  it('that ceased do not keep a limit from being heard', async () => {
    const { provider, heard, clock } = await given();
    clock.advance(3_600_000);
    expect((await provider.forecast(forecast([block(60, 75, 5)]))).status).toBe(204);
    expect(heard.standing().map(short)).toEqual([[60, 75, { watts: 5_000 }]]);
  });
});

describe('a scripted provider that falls silent', () => {
  it('comes back by a handshake, and its fallback was told for the time between', async () => {
    const { provider, heard, clock } = await given({ gap: 'contract' });
    const script = [
      { afterMs: 0, kind: 'forecast', forecast: forecast([block(0, 60, 50)]) },
      {
        afterMs: 0,
        kind: 'forecast',
        forecast: forecast([block(0, 60, 11)], { type: 'FALLBACK_CONSUMPTION' }),
      },
      { afterMs: 0, kind: 'heartbeat', forMs: 60_000 },
      { afterMs: 1_000, kind: 'silence', durationMs: 120_000 },
      { afterMs: 1_000, kind: 'heartbeat', forMs: 60_000 },
      { afterMs: 1_000, kind: 'handshake' },
      { afterMs: 1_000, kind: 'heartbeat', forMs: 600_000 },
    ] as const;
    const answers = await passing(play(provider, script, clock), (ms) => clock.advance(ms));
    expect(answers.map(({ status }) => status)).toEqual([204, 204, 204, 409, 204, 204]);
    expect(heard.standing().map(({ role }) => role)).toEqual(['event', 'failsafe']);
    expect(heard.resynchronised).toBe(1);
  });
});
