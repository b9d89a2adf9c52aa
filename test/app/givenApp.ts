import { randomUUID } from 'node:crypto';
import { type App, startApp } from '../../src/app/app.ts';
import { systemClock } from '../../src/clock.ts';
import { type LoadedConfig, parseConfig } from '../../src/config/config.ts';
import type { Clock } from '../../src/control/ports.ts';
import { createLogger } from '../../src/log.ts';

export interface GivenApp {
  readonly app: App;
  readonly loaded: LoadedConfig;
  readonly api: string;
  readonly ocppUrl: string;
}

/** The whole service from config text, on free loopback ports and quiet but for errors. */
export async function givenApp(text: string, clock: Clock = systemClock()): Promise<GivenApp> {
  const loaded = parseConfig(text, 'the test', {});
  const app = await startApp(loaded, {
    clock,
    log: createLogger('error'),
    random: Math.random,
    newId: randomUUID,
    version: '0.0.0-test',
    onBroken: () => {
      throw new Error('the control loop broke');
    },
  });
  return {
    app,
    loaded,
    api: `http://127.0.0.1:${app.httpPort}`,
    ocppUrl: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
  };
}
