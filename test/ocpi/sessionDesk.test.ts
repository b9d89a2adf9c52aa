import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evseId, sessionId, stationId } from '../../src/domain/ids.ts';
import type { Partner } from '../../src/domain/roaming/partner.ts';
import type { SessionFact, SignedValue } from '../../src/domain/sessionFact.ts';
import { recordOf, type SessionRecord, withFact } from '../../src/domain/sessionRecord.ts';
import { PartnerRefusalError } from '../../src/ocpi/partners/client.ts';
import { PartnerBook } from '../../src/ocpi/partners/partnerBook.ts';
import { CdrCourier } from '../../src/ocpi/sessions/cdrCourier.ts';
import { SessionDesk } from '../../src/ocpi/sessions/sessionDesk.ts';
import { PartnerUnreachableError } from '../../src/ocpi/transport/outgoing.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenPlace, givenToken } from './givenCharge.ts';
import { registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const startMs = Date.parse('2026-01-31T12:00:00Z');

const signed = { atMs: startMs, signingMethod: undefined, encodingMethod: undefined, publicKey: undefined };

/** Takes it; says no; is broken; takes it, and the answer is lost. */
const moods = ['takes', 'refuses', 'breaks', 'loses'] as const;
type Mood = (typeof moods)[number];

interface Sent {
  readonly id: string;
  readonly body: string;
}

/** Lets everything run that waits for no clock. */
const settled = async () => {
  for (let turn = 0; turn < 5; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

/** Processes that come and go between stations and a partner. What is written down stays. */
function givenWorld(signedValues: readonly SignedValue[] = []) {
  const clock = new VirtualClock(startMs);
  const objects = new MemoryObjects();
  const records = new Map<string, SessionRecord>();
  const taken: Sent[] = [];
  const sentAfterNoted: Sent[] = [];
  let mood: Mood = 'takes';
  const roam = registered('roam');
  if (roam.state.kind !== 'registered') throw new Error('it is registered');
  const endpoints = [{ module: 'cdrs', role: 'RECEIVER', url: 'https://roam.example/cdrs' }] as const;
  const partner: Partner = { ...roam, state: { ...roam.state, endpoints } };
  const isNoted = (id: string) =>
    objects.rows().some((row) => row.kind === 'cdr' && row.id === id && !row.isDue);
  const call = async (_access: unknown, { body }: { readonly body?: unknown }): Promise<undefined> => {
    const sent = { id: String(Object(body).id), body: JSON.stringify(body) };
    if (isNoted(sent.id)) sentAfterNoted.push(sent);
    if (mood === 'breaks') throw new PartnerUnreachableError('https://roam.example', 'no answer in time');
    if (mood === 'refuses') throw new PartnerRefusalError('https://roam.example', 400);
    taken.push(sent);
    if (mood === 'loses') throw new PartnerUnreachableError('https://roam.example', 'no answer in time');
    return undefined;
  };
  const begun = () => {
    let isGone = false;
    const { log } = recordedLog();
    const store = objects.opened(() => isGone);
    const nothing = async () => undefined;
    const book = new PartnerBook({ savePartner: nothing, deletePartner: nothing }, [partner]);
    const own = { countryCode: 'SE', partyId: 'GRG' };
    const random = () => 0.5;
    const courier = new CdrCourier({ clock, log, random, client: { call }, book, objects: store, own });
    const desk = new SessionDesk({
      bookings: { claim: async () => undefined },
      ...{ clock, log, book, objects: store },
      tokens: {
        ownerOf: async () => ({ partnerId: 'roam', token: givenToken, method: 'WHITELIST' }),
        spent: () => {},
      },
      pushes: { to: () => {} },
      reserved: { claim: async () => undefined },
      recordOf: async (id) => records.get(id),
      recentSessions: async () => [...records.keys()].map(sessionId),
      signedValuesOf: async () => signedValues,
      placeOf: () => givenPlace,
      isOurs: (tokenId) => tokenId === 'OURS',
      onCdr: (id) => courier.wake(id),
    });
    void desk.start().catch(() => undefined);
    courier.start();
    const kill = () => {
      isGone = true;
      desk.stop();
      void courier.stop();
    };
    return { desk, kill };
  };
  let process = begun();
  return {
    records,
    taken,
    sentAfterNoted,
    tell(transactionId: string, change: Partial<SessionFact>): void {
      const at = { atMs: clock.nowMs(), clock: 'right', aheadMs: 0 } as const;
      const fact = { stationId: stationId('CP-A1'), transactionId, evseNumber: 1, at, ...change };
      const known = records.get(`CP-A1~${transactionId}`);
      const record = known === undefined ? recordOf(fact, evseId('A1')) : withFact(known, fact);
      records.set(record.session.id, record);
      process.desk.take(record.session.id);
    },
    feel(next: Mood): void {
      mood = next;
    },
    restart(): void {
      process.kill();
      process = begun();
    },
    async pass(ms: number): Promise<void> {
      // In steps, so that what a timer begins has its own timers on the way.
      for (let step = 0; step < 20; step += 1) {
        clock.advance(ms / 20);
        await settled();
      }
    },
    stop: () => process.kill(),
  };
}

const transaction = fc.constantFrom('1', '2', '3');
const happening = fc.oneof(
  fc.record({ kind: fc.constant('meter' as const), transaction, wh: fc.integer({ min: 0, max: 9_000 }) }),
  fc.record({ kind: fc.constant('end' as const), transaction, isPresumed: fc.boolean() }),
  fc.record({ kind: fc.constant('mood' as const), mood: fc.constantFrom(...moods) }),
  fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 1, max: 4_000 }) }),
  fc.record({ kind: fc.constant('restart' as const) }),
);

describe('the desk of roaming sessions', () => {
  it('makes one CDR of each session that ended, whatever partners and processes do', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 25 }), async (happenings) => {
        const world = givenWorld();
        for (const each of happenings) {
          if (each.kind === 'meter')
            world.tell(each.transaction, {
              ...{ begins: true, tokenId: 'CAFE', state: 'charging', registerWh: each.wh },
            });
          if (each.kind === 'end')
            world.tell(each.transaction, {
              ...{ tokenId: 'CAFE', ends: { reason: 'Local', isPresumed: each.isPresumed } },
            });
          if (each.kind === 'mood') world.feel(each.mood);
          if (each.kind === 'pass') await world.pass(each.seconds * 1000);
          if (each.kind === 'restart') world.restart();
        }
        // All is well again, for longer than the longest pause.
        world.feel('takes');
        await world.pass(4 * 3_600_000);
        world.stop();
        const ended = [...world.records.values()].filter(({ session }) => session.endedAtMs !== undefined);
        const told = new Map(world.taken.map(({ id, body }) => [id, body]));
        expect(told.size).toBeGreaterThanOrEqual(ended.length);
        expect(world.sentAfterNoted).toEqual([]);
        // What comes twice, because its answer was lost, is the same to the letter.
        expect(world.taken.every(({ id, body }) => told.get(id) === body)).toBe(true);
        // Of every session one CDR stands, and it says what is known by now; what was said before is credited.
        const cdrs = [...told.values()].map((body) => JSON.parse(body));
        const credited = new Set(cdrs.flatMap((cdr) => cdr.credit_reference_id ?? []));
        const standing = cdrs.filter(({ id, credit }) => credit !== true && !credited.has(id));
        const sessions = standing.map(({ session_id }) => session_id);
        expect(new Set(sessions).size).toBe(standing.length);
        expect(standing.length).toBeGreaterThanOrEqual(ended.length);
        const kwh = ended.map(({ session: { energyWh } }) => energyWh / 1000);
        expect(standing.map(({ total_energy }) => total_energy)).toEqual(expect.arrayContaining(kwh));
      }),
      { numRuns: 60 },
    );
  });

  it('sends each CDR once where nothing goes wrong', async () => {
    const world = givenWorld();
    for (const id of ['1', '2']) {
      world.tell(id, { begins: true, tokenId: 'CAFE', state: 'charging', registerWh: 0 });
      await world.pass(60_000);
      world.tell(id, { registerWh: 5_000, ends: { reason: 'Local', isPresumed: false } });
    }
    await world.pass(60_000);
    world.restart();
    await world.pass(7_200_000);
    world.stop();
    expect(world.taken.map(({ body }) => JSON.parse(body).total_energy)).toEqual([5, 5]);
  });

  it('credits a CDR whose session was told otherwise since, and bills it anew', async () => {
    const world = givenWorld();
    world.tell('1', { begins: true, tokenId: 'CAFE', state: 'charging', registerWh: 0 });
    await world.pass(60_000);
    world.tell('1', { registerWh: 5_000, ends: { reason: 'Local', isPresumed: false } });
    await world.pass(60_000);
    // The station was away meanwhile, and tells the rest of that instant in two messages.
    const at = { atMs: startMs + 60_000, clock: 'right', aheadMs: 0 } as const;
    world.tell('1', { at, registerWh: 6_000 });
    await world.pass(60_000);
    world.tell('1', { at, registerWh: 7_000 });
    world.restart();
    await world.pass(4_000_000);
    world.restart();
    await world.pass(4_000_000);
    world.stop();
    const [first, ...others] = world.taken.map(({ body }) => JSON.parse(body));
    expect(others).toMatchObject([
      { id: `${first.id}-C`, credit: true, credit_reference_id: first.id, total_energy: 5 },
      { id: `${first.id}-2`, session_id: first.session_id, total_energy: 7 },
    ]);
  });

  it('passes on what the meter signed', async () => {
    const world = givenWorld([
      { ...signed, context: 'Transaction.Begin', data: 'OCMF|{"RD":[1]}|{"SD":"30"}' },
      { ...signed, context: 'Transaction.End', data: 'OCMF|{"RD":[2]}|{"SD":"31"}' },
    ]);
    world.tell('1', { begins: true, tokenId: 'CAFE', ends: { reason: 'Local', isPresumed: false } });
    await world.pass(60_000);
    world.stop();
    expect(JSON.parse(world.taken[0]?.body ?? '')).toMatchObject({
      signed_data: {
        encoding_method: 'OCMF',
        signed_values: [
          { nature: 'Start', plain_data: '{"RD":[1]}', signed_data: 'OCMF|{"RD":[1]}|{"SD":"30"}' },
          { nature: 'End', plain_data: '{"RD":[2]}' },
        ],
      },
    });
  });

  it('believes an end that nobody told an hour later, and not when the session shows life again', async () => {
    const world = givenWorld();
    world.tell('1', { begins: true, tokenId: 'CAFE', state: 'charging', registerWh: 0 });
    world.tell('1', { ends: { reason: 'superseded', isPresumed: true } });
    await world.pass(1_800_000);
    world.tell('1', { state: 'charging', registerWh: 4_000 });
    await world.pass(3_600_000);
    expect(world.taken).toEqual([]);
    world.tell('1', { ends: { reason: 'superseded', isPresumed: true } });
    await world.pass(3_700_000);
    world.stop();
    expect(world.taken.length).toBe(1);
  });

  it('leaves drivers of our own list, and strangers whose token was refused, to nobody', async () => {
    const world = givenWorld();
    world.tell('1', { begins: true, tokenId: 'OURS', ends: { reason: 'Local', isPresumed: false } });
    world.tell('2', {
      begins: true,
      tokenId: 'CAFE',
      isRefused: true,
      ends: { reason: 'Local', isPresumed: false },
    });
    await world.pass(60_000);
    world.stop();
    expect(world.taken).toEqual([]);
  });
});
