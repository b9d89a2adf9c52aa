import { afterEach, describe, expect, it } from 'vitest';
import type { Partner } from '../../src/domain/roaming/partner.ts';
import { PartnerBook } from '../../src/ocpi/partners/partnerBook.ts';
import { type ListSource, ListSync, type ListSyncPorts } from '../../src/ocpi/received/listSync.ts';
import { eventually } from '../eventually.ts';
import { recordedLog } from '../store/recordedLog.ts';
import { VirtualClock } from '../virtualClock.ts';
import { nowMs, registered } from './givenServer.ts';
import { MemoryObjects } from './memoryObjects.ts';

const url = 'https://roam.example/tokens';

const operator = (): Partner => {
  const partner = registered('roam');
  if (partner.state.kind !== 'registered') return partner;
  return { ...partner, state: { ...partner.state, endpoints: [{ module: 'tokens', role: 'SENDER', url }] } };
};

const stops: (() => unknown)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

/** A partner that lists tokens, page by page as `page` answers, and us over starts and ends of the process. */
function given(page: (url: string) => { data: readonly unknown[]; next?: string }) {
  const objects = new MemoryObjects().opened(() => false);
  const asked: string[] = [];
  const taken: unknown[] = [];
  const { log, messages } = recordedLog();
  const client: ListSyncPorts['client'] = {
    page: async (_access, call) => {
      asked.push(call.url);
      const { data, next } = page(call.url);
      const decoded = call.read({ data, status_code: 1000, timestamp: '2026-01-31T12:00:00Z' });
      return { data: decoded.status === 'read' ? decoded.value.data : undefined, next };
    },
  };
  const source: ListSource = {
    module: 'tokens',
    take: async (_partner, wire) => {
      if (wire === 'bad') return 'refused';
      if (wire === 'more') return 'full';
      taken.push(wire);
      return 'taken';
    },
  };
  const book = new PartnerBook({ savePartner: async () => undefined, deletePartner: async () => undefined }, [
    operator(),
  ]);
  const own = { countryCode: 'SE', partyId: 'KRA' };
  const start = (clock: VirtualClock) => {
    const sync = new ListSync({
      clock,
      random: () => 0.999,
      log,
      client,
      book,
      objects,
      own,
      sources: [source],
    });
    stops.push(() => sync.stop());
    sync.start();
    return sync;
  };
  return { asked, taken, messages, start, objects };
}

const mark = { kind: 'asked', partnerId: 'roam' } as const;

describe('lists of partners', () => {
  it('are walked page by page, and what cannot be understood hides nothing else', async () => {
    const given1 = given((at) =>
      at.includes('page=2') ? { data: [3] } : { data: [1, 'bad', 2], next: `${url}?page=2` },
    );
    given1.start(new VirtualClock(nowMs));
    await eventually(() => expect(given1.taken).toEqual([1, 2, 3]));
    await eventually(() =>
      expect(given1.messages()).toContain('some of the list of a partner was not taken'),
    );
  });

  it('are asked for what changed since, with a day of overlap, also after a restart', async () => {
    const list = given(() => ({ data: [] }));
    const sync = list.start(new VirtualClock(nowMs));
    await eventually(async () => expect(await list.objects.findRoamingObject(mark, 'tokens')).toBeDefined());
    await sync.stop();
    list.start(new VirtualClock(nowMs + 3_600_000));
    await eventually(() =>
      expect(list.asked).toEqual([
        `${url}?date_from=1970-01-01T00%3A00%3A00Z`,
        `${url}?date_from=2026-01-30T12%3A00%3A00Z`,
      ]),
    );
  });

  it('are asked for again, later each time, until all was told', async () => {
    const clock = new VirtualClock(nowMs);
    let isDown = true;
    const list = given(() => {
      if (isDown) throw new Error('down');
      return { data: [1] };
    });
    list.start(clock);
    await eventually(() => expect(list.asked).toHaveLength(1));
    await eventually(async () => {
      clock.advance(2_000);
      expect(list.asked.length).toBeGreaterThan(2);
    });
    isDown = false;
    await eventually(async () => {
      clock.advance(2_000);
      expect(list.taken).toEqual([1]);
    });
  });

  it.each([
    ['never end', (at: string) => ({ data: [], next: at })],
    ['hold more than can be kept', () => ({ data: ['more'], next: `${url}?page=2` })],
  ])('that %s are left, and not taken for told', async (_what, page) => {
    const list = given(page);
    list.start(new VirtualClock(nowMs));
    await eventually(() => expect(list.messages()).toContain('partner could not be asked for a list'));
    expect(await list.objects.findRoamingObject(mark, 'tokens')).toBeUndefined();
  });
});
