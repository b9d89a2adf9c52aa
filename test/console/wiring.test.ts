import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { eventually, freePort, runProgram, type ServiceProcess } from '../app/givenService.ts';
import { describeWith } from '../servers.ts';
import { barriers, openBrowser, openPage, patienceMs, picture } from './browser.ts';
import { type GivenGarage, givenGarage } from './givenGarage.ts';

vi.setConfig({ testTimeout: 6 * patienceMs, hookTimeout: 3 * patienceMs });

/** Charges on one phase alone, which tells where that one is. */
const car = {
  needWh: 50_000,
  maxAmps: 16,
  phaseCount: 1,
  taperWh: 0,
  reactionMs: 500,
  rampAmpsPerS: 16,
  sleepsAfterMs: undefined,
} as const;

describeWith('chromium', 'an EVSE that is wired otherwise than the config has it', () => {
  describeWith('mqtt', 'on the page Stations', (brokerUrl) => {
    let browser: Browser;
    let garage: GivenGarage;
    let program: ServiceProcess;
    let url: string;
    const folder = mkdtempSync(join(tmpdir(), 'lastvakt-wiring-'));
    const file = join(folder, 'lastvakt.yaml');
    beforeAll(async () => {
      // Its only conductor in use is on L3 of the building.
      garage = await givenGarage(brokerUrl, { wiring: [2] });
      garage.switchOn([5, 4, 3]);
      const [port, ocppPort] = [await freePort(), await freePort()];
      writeFileSync(file, configText({ port, ocppPort, brokerUrl, topic: garage.topic }));
      program = runProgram(['serve', '--config', file], '', folder);
      url = `http://127.0.0.1:${port}/`;
      await eventually(async () => ((await fetch(`${url}livez`)).ok ? true : undefined), patienceMs);
      garage.connect(`ws://127.0.0.1:${ocppPort}/ocpp/CP-1`, undefined);
      browser = await openBrowser();
    });
    afterAll(async () => {
      await browser?.close();
      program?.child.kill('SIGKILL');
      await program?.exited;
      await garage?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Until the page could tell one step more, or a while: a short one for the first, which shows if the meter was heard before it. */
    const anotherStep = async (): Promise<void> => {
      const steps = async (): Promise<number> => {
        const answer = await fetch(`${url}api/v1/stations/CP-1/wiring`);
        const [wiring] = (await answer.json()) as readonly { readonly steps: number }[];
        return wiring?.steps ?? 0;
      };
      const before = await steps();
      const whileMs = before === 0 ? 15_000 : 40_000;
      await eventually(async () => ((await steps()) > before ? true : undefined), whileMs).catch(() => {});
    };

    it('is found while cars come and go, and is written into the config once somebody confirms it', async () => {
      const { page } = await openPage(browser);
      await page.goto(`${url}?language=en#/stations/garage/CP-1`);
      await page.getByRole('heading', { name: 'Phases, as measured' }).waitFor();
      await page.getByText('not known yet').waitFor();
      const measured = page.getByText('A1 measured L3');
      // Each coming and each going is a step, but for some of the first.
      for (let visit = 0; visit < 10 && (await measured.count()) === 0; visit += 1) {
        garage.plugIn(car);
        await anotherStep();
        garage.unplug();
        await anotherStep();
      }
      await measured.waitFor();
      await page.getByText('the config says L1').waitFor();
      await picture(page, 'wiring');
      expect(await barriers(page)).toEqual([]);
      expect(loadConfig(file, {}).sites[0]?.evses[0]?.wiring).toEqual([0]);
      await page.getByRole('button', { name: 'Use L3: A1' }).press('Enter');
      await page.getByRole('button', { name: 'Yes, write it into the config' }).press('Enter');
      await page.getByText(/It is in force when the service starts again/).waitFor();
      expect(loadConfig(file, {}).sites[0]?.evses[0]?.wiring).toEqual([2]);
      expect(readFileSync(file, 'utf8')).toContain('# by the door');
    });
  });
});

interface Given {
  readonly port: number;
  readonly ocppPort: number;
  readonly brokerUrl: string;
  readonly topic: string;
}

const configText = ({ port, ocppPort, brokerUrl, topic }: Given): string => `
http: { port: ${port} }
ocpp: { port: ${ocppPort}, meterIntervalS: 2, unknownStations: accept }
mqtt: { url: "${brokerUrl}", clientId: "lastvakt-${topic}" }
database: { url: "sqlite::memory:" }
log: { level: error }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 35
      assumedBackgroundAmps: 10
      meter: { topic: ${topic}, preset: shelly-gen2-3em }
      evses:
        - { id: A1, station: CP-1, phases: [ L1 ], maxAmps: 16 } # by the door
`;
