import { describe, expect, it } from 'vitest';
import { fraction } from '../../src/domain/pricing/fraction.ts';
import { cdrFrom } from '../../src/domain/roaming/charge.ts';
import { billed } from '../../src/ocpi/sessions/chargeBills.ts';
import { creditedByHand } from '../../src/ocpi/sessions/handCredit.ts';
import { kept } from '../../src/ocpi/sessions/keptCharge.ts';
import { givenCharge } from './givenCharge.ts';
import { MemoryObjects } from './memoryObjects.ts';

const nowMs = Date.parse('2026-01-31T12:00:00Z');
const owner = { partnerId: 'roam', sessionId: 'CP-A1~1' };

/** A charge with its bill, and a person. `dies` is after how many writes the process ends. */
async function given() {
  const memory = new MemoryObjects();
  const charge = givenCharge({ id: 's1', startedAtMs: nowMs });
  const bill = cdrFrom(charge, { marks: [] });
  const objects = memory.opened(() => false);
  await objects.saveRoamingObject(kept({ ...owner, createdAtMs: nowMs, charge, isDone: true }));
  await billed({ objects, nowMs }, owner, bill);
  const ids = () => memory.rows().flatMap(({ kind, id }) => (kind === 'cdr' ? [id] : []));
  const credit = (change: { id?: string; cost?: number; dies?: number } = {}) => {
    const { id = 's1', cost, dies = 9 } = change;
    let writes = 0;
    const mortal = {
      ...objects,
      addRoamingObject: async (object: Parameters<typeof objects.addRoamingObject>[0]) => {
        writes += 1;
        if (writes > dies) throw new Error('the process is gone');
        return objects.addRoamingObject(object);
      },
    };
    return creditedByHand(
      { objects: mortal, nowMs },
      {
        ...{ partnerId: 'roam', id, reason: 'wrong meter' },
        correction: cost === undefined ? undefined : { beforeTaxes: fraction(cost) },
      },
    );
  };
  const otherwise = { ...bill, totalEnergyKwh: fraction(7) };
  return { ids, credit, bill, retold: () => billed({ objects, nowMs }, owner, otherwise) };
}

describe('a credit by hand', () => {
  it('is made once', async () => {
    const { ids, credit } = await given();
    expect(await credit()).toMatchObject({ status: 'credited', corrected: undefined });
    expect(await credit()).toMatchObject({ status: 'refused' });
    expect(ids()).toEqual(['s1', 's1-C']);
  });

  it('is not of a credit, nor of a bill that has another in its place, nor of none', async () => {
    const { credit } = await given();
    await credit({ cost: 1 });
    expect(await credit({ id: 's1-C' })).toMatchObject({ status: 'refused' });
    expect(await credit({ cost: 1 })).toMatchObject({ status: 'refused' });
    expect(await credit({ id: 's9' })).toEqual({ status: 'unknown' });
  });

  it('is completed when it is asked for again after a process ended on the way', async () => {
    const { ids, credit } = await given();
    await expect(credit({ cost: 1, dies: 1 })).rejects.toThrow();
    expect(ids()).toEqual(['s1', 's1-C']);
    expect(await credit({ cost: 1 })).toMatchObject({ status: 'credited' });
    expect(ids()).toEqual(['s1', 's1-C', 's1-2']);
  });

  it.each([undefined, 1])('stands when its station tells the session otherwise afterwards', async (cost) => {
    const { ids, credit, retold } = await given();
    await credit(cost === undefined ? {} : { cost });
    const before = ids();
    expect(await retold()).toBe('by hand');
    expect(ids()).toEqual(before);
  });

  it('may be of what was made in the course of it, nine bills in all', async () => {
    const { credit } = await given();
    let id = 's1';
    for (let number = 2; number <= 9; number += 1) {
      expect(await credit({ id, cost: number })).toMatchObject({ status: 'credited' });
      id = `s1-${number}`;
    }
    expect(await credit({ id, cost: 10 })).toMatchObject({ status: 'refused' });
    expect(await credit({ id })).toMatchObject({ status: 'credited' });
  });
});
