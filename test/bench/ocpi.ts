import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Libsql from 'libsql';
import { startApp } from '../../src/app/app.ts';
import { systemClock } from '../../src/clock.ts';
import { parseConfig } from '../../src/config/config.ts';
import { createLogger } from '../../src/log.ts';
import { compileAll } from '../../src/schema.ts';
import { freePort } from '../app/givenService.ts';
import { report } from './figures.ts';
import { cdrWire } from './ocpiCdr.ts';
import type { Answered, Asked } from './ocpiFarSide.ts';
import { pushUpdates } from './ocpiUpdates.ts';

// How fast a partner pages through 100,000 CDRs, and how many session updates a second reach three partners of which one is dead.
// The service in this process; the partners in another; real sockets and a database on disk.

const cdrCount = 100_000;
const folder = mkdtempSync(join(tmpdir(), 'lastvakt-bench-'));
const databaseUrl = `sqlite:${join(folder, 'bench.db')}`;
const [clock, log] = [systemClock(), createLogger('fatal')];
const port = await freePort();

const farSide = fork(fileURLToPath(new URL('./ocpiFarSide.ts', import.meta.url)), {
  execArgv: ['--import', 'tsx'],
});
const answered = <Kind extends Answered['kind']>(kind: Kind) =>
  new Promise<Extract<Answered, { kind: Kind }>>((resolve, reject) => {
    farSide.once('exit', (code) => reject(new Error(`the far side ended with ${code}`)));
    farSide.on('message', (message: Answered) => {
      // The kind tells which of them it is.
      if (message.kind === kind) resolve(message as Extract<Answered, { kind: Kind }>);
    });
  });
const ask = (asked: Asked): void => void farSide.send(asked);
const { origins } = await answered('ready');

const configText = `
http: { port: ${port} }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "${databaseUrl}" }
ocpi: { party: { countryCode: SE, partyId: GRG, name: Garage }, allowPrivatePartners: true }
sites: [{ id: garage, circuit: { id: grid, breakerAmps: 63, evses: [{ id: A1, station: CP-A1 }] } }]
`;
const started = () =>
  startApp(parseConfig(configText, 'the bench', {}), {
    ...{ clock, log, random: Math.random, newId: randomUUID, version: 'bench' },
    onBroken: () => process.exit(1),
  });
// As `serve` does.
compileAll();
const first = await started();
const api = `http://127.0.0.1:${port}`;
const invited = await fetch(`${api}/api/v1/partners`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ id: 'roam' }),
});
const { token } = Object(await invited.json());
ask({ kind: 'register', credentialsUrl: `${api}/ocpi/2.2.1/credentials`, token });
await answered('registered');
await first.stop();
seed();
const app = await started();
let heapMost = 0;
const watch = setInterval(() => {
  heapMost = Math.max(heapMost, process.memoryUsage().heapUsed);
}, 50);
const before = process.cpuUsage();
ask({ kind: 'page', url: `${api}/ocpi/2.2.1/sender/cdrs` });
const paged = await answered('paged');
const { user, system } = process.cpuUsage(before);
clearInterval(watch);
await app.stop();

const updates = await pushUpdates(folder, origins);
ask({ kind: 'count' });
const { partners } = await answered('counted');
farSide.kill();
rmSync(folder, { recursive: true, force: true });

const { kind: _, ...pages } = paged;
const pagedRow = {
  ...pages,
  cdrsPerS: (1_000 * paged.cdrs) / paged.ms,
  processorMsPerPage: (user + system) / 1_000 / paged.pages,
  heapMostMb: heapMost / 2 ** 20,
};
report(`${cdrCount} CDRs paged by a client over OCPI 2.2.1, SQLite on disk`, [pagedRow], {
  updates,
  partners,
});
console.log(
  '\n30,000 running sessions, 1,000 updates a second for half a minute, three partners of which the last is dead',
);
console.table([updates]);
console.table(partners);
const alive = partners.slice(0, -1).reduce((sum, each) => sum + each.updates, 0);
console.log(`${alive} of ${Math.round((updates.offered * 2) / 3)} updates reached the two that live`);
process.exit(paged.distinct === cdrCount ? 0 : 1);

/** CDRs of the last moments, since old ones would be pruned. */
function seed(): void {
  const database = new Libsql(join(folder, 'bench.db'));
  database.exec('begin');
  const insert = database.prepare(
    `insert into roaming_object (kind, partner_id, id, alias, created_at_ms, last_updated_ms, is_due, document)
     values ('cdr', 'roam', ?, '', ?, ?, 0, ?)`,
  );
  for (let index = 0; index < cdrCount; index += 1) {
    const id = `CDR${String(index).padStart(6, '0')}`;
    const atMs = Date.now() - cdrCount + index;
    insert.run(id, atMs, atMs, JSON.stringify(cdrWire(id)));
  }
  database.exec('commit');
  database.close();
}
