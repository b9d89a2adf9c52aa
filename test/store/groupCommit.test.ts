import { expect, it } from 'vitest';
import { limitId } from '../../src/domain/ids.ts';
import { givenHeard } from '../control/givenConnection.ts';
import { describeOnBothDatabases } from './databases.ts';

const given = (name: string) => givenHeard({ id: limitId(name) });
const change = (name: string, ended: readonly string[] = []) => ({
  set: [given(name)],
  ended: ended.map(limitId),
  atMs: 0,
  endedBy: 'dso',
  evidence: [],
});

describeOnBothDatabases('limits that arrive at once', (database) => {
  it('are kept in their order: an end does not overtake the limit it ends', async () => {
    const store = await database.open();
    const names = Array.from({ length: 200 }, (_, index) => `limit ${index}`);
    await Promise.all(
      names.map((name, index) => store.changeLimits(change(name, names.slice(index - 1, index)))),
    );
    expect((await store.limitsNotEnded(0)).map(({ id }) => id)).toEqual(['limit 199']);
  });

  it('do not fail together: one that is refused is refused alone', async () => {
    const store = await database.open();
    const outcomes = await Promise.allSettled(
      ['a', 'b', 'a', 'c'].map((name) => store.changeLimits(change(name))),
    );
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(outcomes[2]).toMatchObject({ reason: { code: 'refused' } });
    expect((await store.limitsNotEnded(0)).map(({ id }) => id).sort()).toEqual(['a', 'b', 'c']);
  });
});
