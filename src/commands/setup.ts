import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { dirname, join } from 'node:path';
import type { AppPorts } from '../app/app.ts';
import { consoleFolder } from '../app/options.ts';
import { type DraftedConfig, draftedConfig, stationsOf } from '../config/draft.ts';
import type { SiteDraft } from '../domain/siteDraft.ts';
import { codedRefusal } from '../http/refusalCodes.ts';
import type { DraftVerdictBody, WrittenBody } from '../http/setup/setupBody.ts';
import type { SetupPorts, Written } from '../http/setup/setupRoutes.ts';
import { startSetupServer } from '../http/setup/setupServer.ts';
import { hashPassword, newPassword } from '../ocpp/security/passwords.ts';
import { checkReport } from './checkReport.ts';
import { SetupMeter } from './setupMeter.ts';

export interface Setup {
  readonly port: number;
  /** Once the config is written. */
  readonly written: Promise<void>;
  stop(): Promise<void>;
}

export interface SetupOptions {
  /** Absolute: where the config will be. */
  readonly file: string;
  readonly port: number;
}

/** Serves the page that describes a site, listens to its meter and writes its config. */
export async function startSetup(
  { file, port: wanted }: SetupOptions,
  ports: Pick<AppPorts, 'clock' | 'log' | 'random'>,
): Promise<Setup> {
  const meter = new SetupMeter(ports);
  let done = (): void => {};
  const written = new Promise<void>((resolve) => {
    done = resolve;
  });
  // Nobody gets in before the config is written, and then by other passwords.
  const unusedHash = await hashPassword(newPassword());
  let httpPort = wanted;
  const place = { file, httpPort: () => httpPort };
  const setupPorts: SetupPorts = {
    facts: () => ({ file, addresses: addresses() }),
    listen: (draft) => meter.listen(draft),
    heard: () => meter.heard(),
    judge: async (draft) => verdictOf(drafted(draft, place, () => unusedHash)),
    write: async (draft) => {
      const outcome = await write(draft, place);
      if (outcome.status === 'written') done();
      return outcome;
    },
  };
  const http = await startSetupServer({ port: wanted, consoleFolder }, { ...ports, ...setupPorts });
  httpPort = http.port;
  return {
    port: http.port,
    written,
    async stop() {
      await http.stop();
      await meter.stop();
    },
  };
}

interface Place {
  readonly file: string;
  httpPort(): number;
}

const drafted = (
  draft: SiteDraft,
  { file, httpPort }: Place,
  hashOf: (station: string) => string,
): DraftedConfig =>
  draftedConfig(draft, {
    httpPort: httpPort(),
    databaseFile: join(dirname(file), 'lastvakt.db'),
    hashOf,
    environment: process.env,
  });

const verdictOf = (outcome: DraftedConfig): DraftVerdictBody =>
  outcome.status === 'fits'
    ? { faults: [], report: checkReport(outcome.loaded), failsafeAmps: outcome.failsafeAmps }
    : {
        faults: outcome.faults.map(({ path: field, message }) => {
          return { field, message, ...codedRefusal(message, undefined) };
        }),
        report: null,
        failsafeAmps: null,
      };

async function write(draft: SiteDraft, place: Place): Promise<Written> {
  const refused = (field: string, why: string): Written => ({ status: 'refused', field, why });
  const passwords = new Map(stationsOf(draft).map((id) => [id, newPassword()]));
  const hashes = new Map<string, string>();
  for (const [id, password] of passwords) hashes.set(id, await hashPassword(password));
  const outcome = drafted(draft, place, (id) => hashes.get(id) ?? '');
  if (outcome.status === 'faulty') {
    const [first = { path: '', message: 'the site cannot be as it is described' }] = outcome.faults;
    return refused(first.path, first.message);
  }
  const { host, port } = outcome.loaded.config.ocpp;
  if (!(await isFree(host, port)))
    return refused('stationPort', `port ${port} is taken by another program: choose another one`);
  try {
    // What a broker's password stands in is for nobody else, and what somebody wrote meanwhile stays.
    writeFileSync(place.file, outcome.text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    return refused('', `${place.file} cannot be written: ${error instanceof Error ? error.message : error}`);
  }
  const at = `ws://${draft.stationHost.includes(':') ? `[${draft.stationHost}]` : draft.stationHost}:${port}/ocpp`;
  const stations: WrittenBody['stations'] = [...passwords].map(([id, password]) => ({
    id,
    url: `${at}/${encodeURIComponent(id)}`,
    password,
  }));
  return { status: 'written', body: { file: place.file, stations } };
}

async function isFree(host: string, port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, host), 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}

/** The ones that stations in the same network reach, then the one that only this machine has. */
const addresses = (): string[] => [
  ...Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => address),
  '127.0.0.1',
];
