import { describe, expect, it } from 'vitest';
import { sessionId } from '../../src/domain/ids.ts';
import { fraction } from '../../src/domain/pricing/fraction.ts';
import type { Partner } from '../../src/domain/roaming/partner.ts';
import { PartnerBook, type RegisteredPartner } from '../../src/ocpi/partners/partnerBook.ts';
import { ProfileDesk } from '../../src/ocpi/profiles/profileDesk.ts';
import { kept } from '../../src/ocpi/sessions/keptCharge.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { VirtualClock } from '../virtualClock.ts';
import { givenCharge } from './givenCharge.ts';
import { registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const ours = sessionId('CP-A1~1');

const session = kept({
  ...{ partnerId: 'roam', sessionId: ours, createdAtMs: 0, isDone: false },
  charge: givenCharge({ id: 's1', startedAtMs: 0 }),
});

/** Lets everything run that waits for no clock. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A desk, and a station that does as it is told, unless it is deaf. */
async function given(objects = new MemoryObjects()) {
  const clock = new VirtualClock();
  const { log } = recordedLog();
  const store = objects.opened(() => false);
  await store.addRoamingObject(session);
  const partner: Partner = registered('roam');
  const nothing = async () => undefined;
  const book = new PartnerBook({ savePartner: nothing, deletePartner: nothing }, [partner]);
  const results: unknown[] = [];
  const pushed: string[] = [];
  let isDeaf = false;
  let isOpen = true;
  let boundAmps: number | undefined;
  let setpointAmps = 32;
  const desk = new ProfileDesk({
    ...{ clock, log, book, objects: store, own: { countryCode: 'SE', partyId: 'GRG' } },
    policy: { allowsPrivate: false, isPrivateAddress: () => false },
    client: {
      call: async (_access, { body }) => {
        results.push(body);
        return undefined;
      },
    },
    pushes: { to: (_id, module, key) => void pushed.push(`${module} ${key}`) },
    bound: (_charge, amps) => {
      boundAmps = amps;
    },
    isOpen: () => isOpen,
  });
  const charge = () => ({
    ...{ sessionId: ours, startedAtMs: 0, maxAmps: 32, conductorCount: 3, phaseVolts: 230, boundAmps },
    ...{ setpointAmps, exposureAmps: setpointAmps },
  });
  desk.follow([charge()]);
  /** Seconds, with a tick in each. */
  const pass = async (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1000);
      desk.follow(isOpen ? [charge()] : []);
      if (!isDeaf) setpointAmps = Math.min(32, boundAmps ?? 32);
      await settled();
    }
  };
  const set = async (limit: number) => {
    const profile = { unit: 'A', periods: [{ startS: 0, limit: fraction(limit) }] } as const;
    const told = { profile, responseUrl: 'https://roam.example/r' };
    const { result } = await desk.set(partner as RegisteredPartner, 's1', told);
    await settled();
    return result;
  };
  return {
    desk,
    pass,
    set,
    results,
    pushed,
    setpointAmps: () => setpointAmps,
    boundAmps: () => boundAmps,
    becomeDeaf: () => {
      isDeaf = true;
    },
    end: () => {
      isOpen = false;
    },
  };
}

describe('the desk of charging profiles', () => {
  it('tells its partner that a profile is in force once it is, and from then on what the session may draw', async () => {
    const { set, pass, results, pushed, setpointAmps } = await given();
    await pass(20);
    expect(pushed).toEqual([]);
    expect(await set(10)).toBe('ACCEPTED');
    expect(results).toEqual([]);
    await pass(3);
    expect([results, setpointAmps()]).toEqual([[{ result: 'ACCEPTED' }], 10]);
    expect(pushed).toEqual(['chargingprofiles s1']);
    await pass(60);
    expect(pushed.length).toBe(1);
  });

  it('takes back what its station does not take, and says so', async () => {
    const { set, pass, results, becomeDeaf, boundAmps, pushed } = await given();
    becomeDeaf();
    await set(10);
    await pass(45);
    expect([results, boundAmps(), pushed]).toEqual([[{ result: 'REJECTED' }], undefined, []]);
  });

  it('lets nobody set profiles faster than a station can follow', async () => {
    const { set, pass } = await given();
    expect([await set(10), await set(11)]).toEqual(['ACCEPTED', 'TOO_OFTEN']);
    await pass(5);
    expect(await set(11)).toBe('ACCEPTED');
  });

  it('lifts no bound by a restart, and every bound with the end of its session', async () => {
    const objects = new MemoryObjects();
    const first = await given(objects);
    await first.set(10);
    await first.pass(3);
    first.desk.stop();
    const second = await given(objects);
    await second.desk.start();
    await second.pass(2);
    expect(second.boundAmps()).toBe(10);
    second.end();
    await second.pass(2);
    const third = await given(objects);
    await third.desk.start();
    await third.pass(2);
    expect(third.boundAmps()).toBeUndefined();
  });

  it('keeps what was on its way when the process ended', async () => {
    const objects = new MemoryObjects();
    const first = await given(objects);
    await first.set(10);
    first.desk.stop();
    await settled();
    const second = await given(objects);
    await second.desk.start();
    await second.pass(2);
    expect([first.results, second.boundAmps()]).toEqual([[], 10]);
  });
});
