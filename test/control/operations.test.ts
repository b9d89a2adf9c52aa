import { describe, expect, it } from 'vitest';
import { operations } from '../../src/control/operations.ts';
import type { AuditEntry } from '../../src/domain/audit.ts';
import type { GridLimit } from '../../src/domain/gridLimit.ts';
import { circuitId, limitId, sessionId, siteId } from '../../src/domain/ids.ts';
import type { SiteStop } from '../../src/domain/siteStop.ts';
import { GivenState } from './givenState.ts';

const limit: GridLimit = {
  id: limitId('L1'),
  target: { kind: 'circuit', siteId: siteId('garage'), circuitId: circuitId('grid') },
  value: { amps: 40 },
  source: 'grid-operator',
  setBy: 'dso',
  reason: 'cold evening',
  fromMs: 0,
  untilMs: undefined,
  createdAtMs: 0,
};

/** A book that keeps what it is told, slowly, or refuses to. */
function given(change: { readonly refuses?: boolean } = {}) {
  const { state, clock, ...rest } = new GivenState().connect().begin();
  const audit: AuditEntry[] = [];
  const kept = new Set<string>();
  let release: () => void = () => {};
  const slow = new Promise<void>((resolve) => {
    release = resolve;
  });
  const book = {
    async insertLimit({ id }: GridLimit) {
      await slow;
      if (change.refuses === true) throw new Error('disk full');
      kept.add(id);
    },
    endLimit: async (id: string) => kept.delete(id),
    async insertStop({ siteId: id }: SiteStop) {
      await slow;
      if (change.refuses === true) throw new Error('disk full');
      kept.add(id);
    },
    deleteStop: async (id: string) => void kept.delete(id),
    appendAudit: async (entry: AuditEntry) => void audit.push(entry),
  };
  return { ...rest, state, audit, kept, release, desk: operations({ clock, state, book }) };
}

describe('a limit that is set', () => {
  it('is in force before it is durable, and acknowledged after', async () => {
    const { desk, state, kept, release } = given();
    let isAcknowledged = false;
    const done = desk.setLimit(limit).then(() => {
      isAcknowledged = true;
    });
    await Promise.resolve();
    expect(state.limits()).toEqual([limit]);
    expect([isAcknowledged, kept.size]).toEqual([false, 0]);
    release();
    await done;
    expect([isAcknowledged, kept.size]).toEqual([true, 1]);
  });

  it('is taken back when it could not be kept, because its sender is told so', async () => {
    const { desk, state, audit, release } = given({ refuses: true });
    release();
    await expect(desk.setLimit(limit)).rejects.toThrow('disk full');
    expect(state.limits()).toEqual([]);
    expect(audit).toEqual([]);
  });

  it('leaves an entry of who set what', async () => {
    const { desk, audit, release } = given();
    release();
    await desk.setLimit(limit);
    expect(audit).toMatchObject([{ actor: 'dso', action: 'limit set', target: 'L1', after: limit }]);
  });
});

describe('a limit that is ended', () => {
  it('is gone from the book and the state, and leaves an entry', async () => {
    const { desk, state, audit, kept, release } = given();
    release();
    await desk.setLimit(limit);
    expect(await desk.endLimit(limit.id, 'office')).toBe(true);
    expect([state.limits().length, kept.size]).toEqual([0, 0]);
    expect(audit.at(-1)).toMatchObject({ actor: 'office', action: 'limit ended', before: limit });
  });

  it('that is not there ends nothing and leaves no entry', async () => {
    const { desk, audit } = given();
    expect(await desk.endLimit(limitId('L9'), 'office')).toBe(false);
    expect(audit).toEqual([]);
  });
});

describe('a session that is changed', () => {
  it('has its wish, and leaves an entry of before and after', async () => {
    const { desk, audit } = given();
    const changed = await desk.changeSession(sessionId('CP-A1~T1'), { wantedEnergyWh: 20_000 }, 'office');
    expect(changed?.wantedEnergyWh).toBe(20_000);
    expect(audit).toMatchObject([
      { action: 'session changed', before: { wantedEnergyWh: undefined }, after: { wantedEnergyWh: 20_000 } },
    ]);
  });

  it('that does not run is told apart', async () => {
    const { desk, audit } = given();
    expect(await desk.changeSession(sessionId('CP-A1~T7'), { priority: 1 }, 'office')).toBeUndefined();
    expect(audit).toEqual([]);
  });
});

describe('a site that is stopped by hand', () => {
  const stop: SiteStop = { siteId: siteId('garage'), atMs: 7, by: 'office', reason: 'smoke in the hall' };

  it('stands still before that is durable, and says so after', async () => {
    const { desk, state, kept, audit, release } = given();
    const done = desk.stopSite(stop);
    expect(state.stopOf(stop.siteId)).toEqual(stop);
    release();
    expect(await done).toEqual(stop);
    expect(kept).toContain('garage');
    expect(audit).toMatchObject([{ actor: 'office', action: 'site stopped', target: 'garage', after: stop }]);
  });

  it('stands still although it could not be kept, and its stopper is told', async () => {
    const { desk, state, release } = given({ refuses: true });
    release();
    await expect(desk.stopSite(stop)).rejects.toThrow('disk full');
    expect(state.stopOf(stop.siteId)).toEqual(stop);
  });

  it('keeps its first stop', async () => {
    const { desk, release } = given();
    release();
    await desk.stopSite(stop);
    expect(await desk.stopSite({ ...stop, by: 'root' })).toEqual(stop);
  });

  it('runs again when it is released, and only then', async () => {
    const { desk, state, kept, audit, release } = given();
    release();
    expect(await desk.releaseSite(stop.siteId, 'office')).toBe(false);
    await desk.stopSite(stop);
    expect(await desk.releaseSite(stop.siteId, 'root')).toBe(true);
    expect(state.stopOf(stop.siteId)).toBeUndefined();
    expect(kept.size).toBe(0);
    expect(audit.at(-1)).toMatchObject({ actor: 'root', action: 'site released', before: stop });
  });
});
