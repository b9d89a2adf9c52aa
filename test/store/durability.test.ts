import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { describeOnBothDatabases } from './databases.ts';

const limitWriter = fileURLToPath(new URL('./limitWriter.ts', import.meta.url));

/** Kills a program that stores limits once it told of `count`, and resolves to the ids it told. */
async function killedAfter(url: string, count: number): Promise<readonly string[]> {
  const child = spawn(process.execPath, ['--import', 'tsx', limitWriter, url], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told: string[] = [];
  for await (const id of createInterface({ input: child.stdout })) {
    told.push(id);
    if (told.length === count) child.kill('SIGKILL');
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child.signalCode).toBe('SIGKILL');
  return told;
}

describeOnBothDatabases('a limit that was acknowledged', (database) => {
  it('is there after kill -9, every time', async () => {
    const told: string[] = [];
    for (const count of [1, 10, 50]) {
      told.push(...(await killedAfter(database.url(), count)));
      const store = await database.open();
      const stored = new Set<string>((await store.limitsNotEnded(0)).map((limit) => limit.id));
      expect(told.filter((id) => !stored.has(id))).toEqual([]);
      await store.stop();
    }
    expect(told.length).toBeGreaterThanOrEqual(61);
  });
});
