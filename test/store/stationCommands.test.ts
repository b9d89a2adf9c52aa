import { expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { describeOnBothDatabases } from './databases.ts';

const atMs = 1_763_690_000_123;
const given = (change: object = {}) => ({
  stationId: stationId('CP-A1'),
  atMs,
  actor: 'office',
  command: 'Reset',
  request: { type: 'Soft' },
  ...change,
});

describeOnBothDatabases('commands to stations in the store', (database) => {
  it('are there before their answer, and with it after, over a restart too', async () => {
    const first = await database.open();
    const sequence = await first.beginCommand(given());
    const page = await first.listCommands(stationId('CP-A1'), { count: 10 });
    expect(page.items).toEqual([
      { ...given(), sequence, outcome: undefined, answer: undefined, answeredAtMs: undefined },
    ]);
    const end = { outcome: 'answered', answer: { status: 'Accepted' }, answeredAtMs: atMs + 40 } as const;
    await first.finishCommand(sequence, end);
    await first.stop();
    const second = await database.open();
    expect((await second.listCommands(stationId('CP-A1'), { count: 10 })).items).toEqual([
      { ...given(), sequence, ...end },
    ]);
  });

  it('are listed for one station, the newest first, in pages', async () => {
    const store = await database.open();
    for (const command of ['A', 'B', 'C']) await store.beginCommand(given({ command }));
    await store.beginCommand(given({ stationId: stationId('CP-A2') }));
    const first = await store.listCommands(stationId('CP-A1'), { count: 2 });
    const second = await store.listCommands(stationId('CP-A1'), { count: 2, before: first.next });
    expect([first, second].map(({ items }) => items.map(({ command }) => command))).toEqual([
      ['C', 'B'],
      ['A'],
    ]);
  });

  it('are kept to the newest thousand of a station', async () => {
    const store = await database.open();
    await database.run(
      `insert into station_command (sequence, station_id, at_ms, actor, command, request)
       select -n, 'CP-A1', 0, 'office', 'old', '{}' from (
         with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < 1000)
         select n from numbers) as many`,
    );
    await store.beginCommand(given({ stationId: stationId('CP-A2') }));
    await store.beginCommand(given());
    const ends: (number | undefined)[] = [];
    for (let before: { atMs: number; id: string } | undefined, pages = 0; pages < 3; pages += 1) {
      const page = await store.listCommands(stationId('CP-A1'), { count: 500, before });
      ends.push(page.items.length);
      if (page.next === undefined) break;
      before = page.next;
    }
    expect(ends).toEqual([500, 500]);
    expect((await store.listCommands(stationId('CP-A2'), { count: 9 })).items).toHaveLength(1);
  });
});
