import { describe, expect, it } from 'vitest';
import { BookedEvses } from '../../src/control/bookedEvses.ts';
import { TokenDesk, type TokenDeskPorts } from '../../src/control/tokenDesk.ts';
import { evseId, sessionId, siteId, stationId } from '../../src/domain/ids.ts';
import { answer, type Token, type TokenRequest } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import { givenSession } from '../views.ts';
import { VirtualClock } from '../virtualClock.ts';

const clock = new VirtualClock();
const nowMs = clock.nowMs();
const hourMs = 3_600_000;

const token = (change: Partial<Token> = {}): Token => ({
  ...{ key: 'k', id: '04A2B3C4', type: undefined, groupId: 'FAMILY', isBlocked: false },
  ...{ expiresAtMs: undefined, sites: [], note: '', setAtMs: nowMs, setBy: 'office' },
  ...change,
});

const request = (change: Partial<TokenRequest> = {}): TokenRequest => ({
  ...{ stationId: stationId('CP-A1'), evseNumber: 1, tokenId: '04A2B3C4', type: undefined },
  ...{ transactionId: '7', ...change },
});

/** A desk at a site that takes nobody whom nobody knows. */
function given(tokens: readonly Token[], change: Partial<TokenDeskPorts> = {}) {
  const ports: TokenDeskPorts = {
    clock,
    log: createLogger('silent'),
    sitesOf: () => [siteId('garage')],
    policyOf: () => ({ acceptsUnknown: false, cacheMs: hourMs }),
    acceptsConcurrent: false,
    runningSessions: () => [],
    book: { saveToken: async () => {}, deleteToken: async () => {} },
    sources: [],
    booked: new BookedEvses(),
    ...change,
  };
  return new TokenDesk(ports, tokens);
}

const running = (change: object = {}) => ({
  runningSessions: () => [givenSession('CP-B1~3', { transactionId: '3', tokenId: '04a2b3c4', ...change })],
});

describe('a token', () => {
  it('is accepted, with its group and how long a station may rely on it', async () => {
    expect(await given([token()]).authorize(request())).toEqual({
      status: 'accepted',
      groupId: 'FAMILY',
      cacheUntilMs: nowMs + hourMs,
    });
  });

  it('is the same in upper and lower case', async () => {
    expect(await given([token()]).authorize(request({ tokenId: '04a2b3c4' }))).toMatchObject({
      status: 'accepted',
    });
  });

  it.each<[string, Partial<Token>, Partial<TokenRequest>, string]>([
    ['blocked', { isBlocked: true }, {}, 'blocked'],
    ['expired', { expiresAtMs: nowMs }, {}, 'expired'],
    ['not yet expired', { expiresAtMs: nowMs + 1 }, {}, 'accepted'],
    ['good at another site', { sites: [siteId('depot')] }, {}, 'elsewhere'],
    ['good at this site', { sites: [siteId('garage')] }, {}, 'accepted'],
    ['of another type', { type: 'eMAID' }, { type: 'ISO14443' }, 'invalid'],
    ['of a type that a 1.6 station cannot tell', { type: 'eMAID' }, { type: undefined }, 'accepted'],
  ])('that is %s', async (_what, change, asked, status) => {
    expect(await given([token(change)]).authorize(request(asked))).toMatchObject({ status });
  });

  it('that was refused is not remembered by the station, and one that expires no longer than it is good', async () => {
    const refused = await given([token({ isBlocked: true })]).authorize(request());
    expect(refused.cacheUntilMs).toBe(nowMs);
    const brief = await given([token({ expiresAtMs: nowMs + 5 })]).authorize(request());
    expect(brief.cacheUntilMs).toBe(nowMs + 5);
  });

  it('charges in one session at a time', async () => {
    const desk = given([token()], running());
    expect(await desk.authorize(request())).toMatchObject({ status: 'concurrent' });
    // Before a session begins nothing is concurrent.
    expect(await desk.authorize(request({ transactionId: undefined }))).toMatchObject({ status: 'accepted' });
    const free = given([token()], { ...running(), acceptsConcurrent: true });
    expect(await free.authorize(request())).toMatchObject({ status: 'accepted' });
  });

  it('is not concurrent with its own session, told again', async () => {
    const own = running({ stationId: stationId('CP-A1'), transactionId: '7' });
    expect(await given([token()], own).authorize(request())).toMatchObject({ status: 'accepted' });
  });

  it('is in force when it is kept, and a stranger when it is removed', async () => {
    const desk = given([]);
    expect(await desk.authorize(request())).toEqual(answer('unknown'));
    expect(await desk.set(token())).toBe('set');
    expect(await desk.authorize(request())).toMatchObject({ status: 'accepted' });
    await desk.remove(token());
    expect(desk.list()).toEqual([]);
    expect(await desk.authorize(request())).toEqual(answer('unknown'));
  });
});

describe('a stranger', () => {
  it('charges where a site takes everyone', async () => {
    const desk = given([], { policyOf: () => ({ acceptsUnknown: true, cacheMs: 0 }) });
    expect(await desk.authorize(request())).toEqual(answer('accepted'));
  });

  it('is asked for of others, the first that knows him', async () => {
    const desk = given([], {
      sources: [
        { authorize: async () => undefined },
        { authorize: async () => Promise.reject(new Error('away')) },
        { authorize: async () => answer('blocked') },
      ],
    });
    expect(await desk.authorize(request())).toEqual(answer('blocked'));
  });

  it('is not waited for longer than five seconds', async () => {
    const slow = new VirtualClock();
    const silent = { authorize: () => new Promise<never>(() => {}) };
    const asked = given([], { clock: slow, sources: [silent] }).authorize(request());
    slow.advance(5_000);
    expect(await asked).toEqual(answer('unknown'));
  });
});

describe('an EVSE that is booked', () => {
  const booked = new BookedEvses();
  booked.put({
    ...{ bookingId: 'B1', evseId: evseId('A1'), stationId: stationId('CP-A1'), evseNumber: 1 },
    ...{ fromMs: nowMs, untilMs: nowMs + hourMs, tokenIds: ['BOOKED'], isExclusive: true },
  });

  it('is for whoever booked it, known or not, and for nobody else', async () => {
    const desk = given([token()], { booked });
    const status = async (change: Partial<TokenRequest>) => (await desk.authorize(request(change))).status;
    expect(await status({ tokenId: 'booked' })).toBe('accepted');
    expect(await status({})).toBe('reserved');
    expect(await status({ evseNumber: 2 })).toBe('accepted');
    // Which of its EVSEs is meant a station may tell later.
    expect(await status({ evseNumber: undefined })).toBe('accepted');
    expect(await status({ evseNumber: undefined, tokenId: 'BOOKED' })).toBe('accepted');
  });

  it('lets whoever charges there already go on, and end that', async () => {
    const desk = given([token()], {
      booked,
      ...running({ id: sessionId('CP-A1~7'), stationId: stationId('CP-A1'), transactionId: '7' }),
    });
    expect((await desk.authorize(request())).status).toBe('accepted');
  });

  it('is for everybody again once its driver has come, or its time is over', async () => {
    const status = async (change: object) => {
      const other = new BookedEvses();
      other.put({
        ...{ bookingId: 'B1', evseId: evseId('A1'), stationId: stationId('CP-A1'), evseNumber: 1 },
        ...{ fromMs: nowMs, untilMs: nowMs + hourMs, tokenIds: ['BOOKED'], isExclusive: true, ...change },
      });
      return (await given([token()], { booked: other }).authorize(request())).status;
    };
    expect(await status({ isExclusive: false })).toBe('accepted');
    expect(await status({ untilMs: nowMs })).toBe('accepted');
    expect(await status({ fromMs: nowMs + 1 })).toBe('accepted');
  });
});
