import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { chainCommand } from '../../src/commands/chain.ts';
import { givenApp } from '../app/givenApp.ts';
import { describeOnBothDatabases, type TestDatabase } from '../store/databases.ts';

const configText = (database: string): string => `
http: { port: 0 }
ocpp: { port: 0 }
database: { url: "${database}" }
incidents: { enabled: false }
sites:
  - id: garage
    circuit: { id: grid, breakerAmps: 63, assumedBackgroundAmps: 20, evses: [{ id: A1, station: CP-A1 }] }
`;

const guards = ({ kind }: TestDatabase): string =>
  kind === 'SQLite'
    ? 'drop trigger audit_no_update; drop trigger audit_no_delete;'
    : 'drop trigger audit_no_change on audit;';

describeOnBothDatabases('lastvakt audit verify', (database) => {
  it('finds the record of a running service whole, and then what somebody did to the database', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-audit-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'lastvakt.yaml');
    writeFileSync(file, configText(database.url()));
    const verify = (...more: string[]) => chainCommand('audit', ['verify', '--config', file, ...more]);

    const { app, api } = await givenApp(configText(database.url()));
    const limit = { site: 'garage', amps: 20, standing: true, reason: 'works on the roof' };
    for (const amps of [20, 16, 12]) {
      const headers = { 'content-type': 'application/json' };
      const body = JSON.stringify({ ...limit, amps });
      expect((await fetch(`${api}/api/v1/limits`, { method: 'POST', headers, body })).status).toBe(201);
    }
    const listed = await (await fetch(`${api}/api/v1/audit?action=limit%20set`)).json();
    expect(listed).toMatchObject({
      records: [
        { actor: 'trial', site: 'garage', before: null, address: '127.0.0.1' },
        { actor: 'trial' },
        { actor: 'trial' },
      ],
    });
    const whole = await verify();
    expect(whole).toEqual({ isWhole: true, text: expect.stringMatching(/^whole: 3 records/) });
    const noted = /[0-9a-f]{64}$/.exec(whole.text)?.[0] ?? '';
    expect(await verify('--noted', noted)).toMatchObject({ isWhole: true });
    expect(await verify('--noted', 'ab'.repeat(32))).toMatchObject({ isWhole: false });
    await app.stop();

    await database.run(`${guards(database)} update audit set actor = 'nobody' where sequence = 2`);
    const tampered = await verify();
    expect(tampered.isWhole).toBe(false);
    expect(tampered.text).toContain('broken at record 2: it was changed after it was written');
  }, 60_000);

  it('says how it is used', async () => {
    await expect(chainCommand('audit', ['check'])).rejects.toThrow('say: lastvakt audit verify');
    await expect(chainCommand('audit', ['verify'])).rejects.toThrow('--config is needed');
  });
});
