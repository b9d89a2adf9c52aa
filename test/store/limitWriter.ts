import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/clock.ts';
import { areaId, limitId } from '../../src/domain/ids.ts';
import { openStore } from '../../src/store/openStore.ts';
import { recordedLog } from './recordedLog.ts';

/**
 * A program that imposes limits for ever and prints the id of each once the store says it is durable, to be
 * killed at any moment: `limitWriter.ts DATABASE_URL`.
 */
const url = process.argv[2];
if (url === undefined) throw new Error('give the database URL');
const store = await openStore(url, { log: recordedLog().log, clock: systemClock() });
for (;;) {
  const id = limitId(randomUUID());
  await store.insertLimit({
    id,
    target: { kind: 'area', areaId: areaId('feeder-12') },
    value: { watts: 400_000 },
    source: 'grid-operator',
    setBy: 'dso',
    reason: 'kill -9',
    fromMs: 0,
    untilMs: undefined,
    createdAtMs: 0,
  });
  process.stdout.write(`${id}\n`);
}
