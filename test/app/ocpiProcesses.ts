import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { postgresDatabase } from '../store/databases.ts';
import { eventually, freePort, runProgram } from './givenService.ts';
import { configText, type PartyOptions, partyAt, type RoamingParty } from './ocpiPeers.ts';

/** The program as a process of its own with a PostgreSQL database of its own, as a roaming party of this id. */
export async function givenProcess(
  partyId: string,
  postgres: string,
  more: PartyOptions = {},
): Promise<RoamingParty> {
  const database = postgresDatabase(postgres);
  const folder = mkdtempSync(join(tmpdir(), 'lastvakt-ocpi-'));
  const ports = { http: await freePort(), ocpp: await freePort() };
  const file = join(folder, 'config.yaml');
  writeFileSync(file, configText(partyId, folder, { ...more, ports, databaseUrl: await database.create() }));
  const service = runProgram(['serve', '--config', file]);
  const api = `http://127.0.0.1:${ports.http}`;
  const end = async (): Promise<void> => {
    service.child.kill('SIGTERM');
    await service.exited;
    await database.drop();
    rmSync(folder, { recursive: true });
  };
  const isUp = async () => ((await fetch(`${api}/livez`)).ok ? true : undefined);
  const hasEnded = service.exited.then(({ code }) => {
    throw new Error(`the service ended with ${code}: ${service.stdout()} ${service.stderr()}`);
  });
  hasEnded.catch(() => undefined);
  try {
    await Promise.race([eventually(isUp), hasEnded]);
  } catch (error) {
    await end();
    throw error;
  }
  return partyAt({ api, ocppUrl: `ws://127.0.0.1:${ports.ocpp}/ocpp` }, end);
}
