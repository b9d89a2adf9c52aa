import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe } from 'vitest';

/** Folder of the PATH that holds a program. */
const folderOf = (program: string): string | undefined =>
  (process.env['PATH'] ?? '').split(delimiter).find((folder) => existsSync(join(folder, program)));

const mosquittoFolder = folderOf('mosquitto');

function pathOf(program: string): string | undefined {
  const folder = folderOf(program);
  return folder && join(folder, program);
}

/** The real servers tests may use, found by environment: `.ci/run` starts them all. */
export const servers = {
  mqtt: process.env['LASTVAKT_TEST_MQTT_URL'],
  postgres: process.env['LASTVAKT_TEST_POSTGRES_URL'],
  influx: process.env['LASTVAKT_TEST_INFLUX_URL'],
  victoria: process.env['LASTVAKT_TEST_VICTORIA_URL'],
  chromium: process.env['LASTVAKT_TEST_CHROMIUM'],
  // Not running servers but programs, for tests that start and kill their own.
  mosquitto:
    process.env['LASTVAKT_TEST_MOSQUITTO'] ?? (mosquittoFolder && join(mosquittoFolder, 'mosquitto')),
  postgresBin: process.env['LASTVAKT_TEST_POSTGRES_BIN'] ?? folderOf('initdb'),
  influxd: process.env['LASTVAKT_TEST_INFLUXD'] ?? pathOf('influxd'),
  /** A Python that has the packages of .ci/requirements.txt. */
  python: process.env['LASTVAKT_TEST_PYTHON'],
} as const;

export type ServerName = keyof typeof servers;

const variables: Record<ServerName, string> = {
  mqtt: 'LASTVAKT_TEST_MQTT_URL',
  postgres: 'LASTVAKT_TEST_POSTGRES_URL',
  influx: 'LASTVAKT_TEST_INFLUX_URL',
  victoria: 'LASTVAKT_TEST_VICTORIA_URL',
  chromium: 'LASTVAKT_TEST_CHROMIUM',
  mosquitto: 'LASTVAKT_TEST_MOSQUITTO',
  postgresBin: 'LASTVAKT_TEST_POSTGRES_BIN',
  influxd: 'LASTVAKT_TEST_INFLUXD',
  python: 'LASTVAKT_TEST_PYTHON',
};

/**
 * A `describe` that needs a real server. Without it the tests are skipped and their title says what they wait
 * for; in CI the server must be there, so its absence fails.
 */
export function describeWith(name: ServerName, title: string, body: (url: string) => void): void {
  const url = servers[name];
  if (url !== undefined) {
    describe(title, () => body(url));
    return;
  }
  if (process.env['CI'] === 'true') {
    throw new Error(`"${title}" needs ${variables[name]}, and CI must not skip it`);
  }
  describe.skip(`${title} (waits for ${variables[name]})`, () => body(''));
}

/** Folder of real sessions, loads and published examples, kept beside the checkout; undefined where it is not there. */
export const sharedFolder = ((): string | undefined => {
  const folder = resolve(process.env['LASTVAKT_SHARED'] ?? `${import.meta.dirname}/../../shared`);
  return existsSync(folder) ? folder : undefined;
})();
