import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { describeOnBothDatabases } from '../store/databases.ts';
import { eventually, freePort, runProgram } from './givenService.ts';

/** A program from its sources is compiled first: three of them, one after the other, on a machine with much else to do. */
const startMs = 120_000;

const configText = (http: number, database: string): string => `
http: { port: ${http} }
ocpp: { port: 0 }
database: { url: "${database}" }
incidents: { enabled: false }
grid:
  connections: [{ id: dso, targets: [{ site: garage, failsafeWatts: 20000 }] }]
sites:
  - id: garage
    circuit: { id: grid, breakerAmps: 63, assumedBackgroundAmps: 20, evses: [{ id: A1, station: CP-A1 }] }
`;

describeOnBothDatabases('lastvakt evidence verify', (database) => {
  it(
    'finds the record of a running service whole while limits arrive, and then what was tampered with',
    async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lastvakt-evidence-'));
      onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
      const http = await freePort();
      const file = join(folder, 'lastvakt.yaml');
      writeFileSync(file, configText(http, database.url()));
      const service = runProgram(['serve', '--config', file]);
      onTestFinished(async () => {
        service.child.kill('SIGKILL');
        await service.exited;
      });
      await eventually(() => service.stderr().includes('service started') || undefined, startMs);

      let isVerifying = true;
      const statuses: number[] = [];
      const arriving = (async () => {
        for (let version = 1; isVerifying; version += 1) {
          const body = JSON.stringify({ externalId: 'E1', version, watts: 20_000 + version, standing: true });
          const headers = { 'content-type': 'application/json' };
          const url = `http://127.0.0.1:${http}/api/v1/grid/dso/limits`;
          statuses.push((await fetch(url, { method: 'POST', headers, body })).status);
          // The one who verifies needs the processor too.
          await setTimeout(20);
        }
      })();
      const verify = () => runProgram(['evidence', 'verify', '--config', file]);
      const beside = verify();
      const { code } = await beside.exited;
      isVerifying = false;
      await arriving;
      expect([code, beside.stdout()]).toEqual([0, expect.stringMatching(/^whole: \d+ records/)]);
      expect(new Set(statuses)).toEqual(new Set([201]));

      service.child.kill('SIGKILL');
      await service.exited;
      await database.run("update grid_evidence set body = '{}' where sequence = 1");
      const tampered = verify();
      expect((await tampered.exited).code).toBe(1);
      expect(tampered.stdout()).toContain('broken at record 1: it was changed after it was written');
    },
    5 * startMs,
  );
});
