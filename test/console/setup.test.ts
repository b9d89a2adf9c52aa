import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { loadConfig } from '../../src/config/config.ts';
import { eventually, freePort, runProgram, type ServiceProcess } from '../app/givenService.ts';
import { describeWith } from '../servers.ts';
import { barriers, openBrowser, openPage, patienceMs, picture } from './browser.ts';
import { type GivenGarage, givenGarage } from './givenGarage.ts';

vi.setConfig({ testTimeout: 5 * patienceMs, hookTimeout: 3 * patienceMs });

/** Wants more than there is. */
const car = {
  needWh: 50_000,
  maxAmps: 16,
  phaseCount: 3,
  taperWh: 0,
  reactionMs: 500,
  rampAmpsPerS: 8,
  sleepsAfterMs: undefined,
} as const;

describeWith('chromium', 'the first start', () => {
  describeWith('mqtt', 'in an empty folder', (brokerUrl) => {
    let browser: Browser;
    let folder: string;
    let program: ServiceProcess | undefined;
    let garage: GivenGarage | undefined;
    beforeAll(async () => {
      browser = await openBrowser();
      return () => browser.close();
    });
    afterEach(async () => {
      program?.child.kill('SIGTERM');
      await program?.exited;
      await garage?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** The wizard as `lastvakt init` in an empty folder opens it. */
    const open = async (language: 'en' | 'sv', options = {}): Promise<Page> => {
      folder = mkdtempSync(join(tmpdir(), 'lastvakt-first-'));
      const port = await freePort();
      program = runProgram(['init', '--port', String(port)], '', folder);
      const url = `http://127.0.0.1:${port}/`;
      await eventually(async () => ((await fetch(url)).ok ? true : undefined), patienceMs);
      const { page } = await openPage(browser, options);
      await page.goto(`${url}?language=${language}`);
      return page;
    };
    const next = (page: Page) => page.getByRole('button', { name: 'Next' }).click();

    it('leads to a running, limited site with a Shelly and one station', async () => {
      garage = await givenGarage(brokerUrl, { turned: [1] });
      garage.switchOn([5, 4, 3]);
      const page = await open('en');
      await page.getByLabel('Name of the site').fill('Garage Lund');
      await page.getByLabel('Main fuse, A per phase').fill('20');
      await page.getByLabel('Time zone').fill('Europe/Stockholm');
      await picture(page, 'setup-site');
      await next(page);

      await listen(page, brokerUrl, garage.topic);
      // One current transformer sits the wrong way round, which the kettle shows.
      await page.getByText(/4\sA fed in/).waitFor();
      await page.getByRole('button', { name: 'I will switch it on now' }).click();
      await page.getByText('Waiting for a step').waitFor();
      garage.switchOn([5, 13, 3]);
      await page.getByText(/L2 fell by 9\sA/).waitFor();
      await picture(page, 'setup-kettle');
      await page.getByRole('button', { name: 'Turn L2 about' }).click();
      await page.getByText(/13\sA drawn/).waitFor();
      expect(await page.getByText('fed in', { exact: false }).count()).toBe(1);
      garage.switchOn([5, 12, 3]);
      await page.getByLabel('What the building itself draws at most').fill('12');
      await next(page);

      const stationPort = await freePort();
      await page.getByLabel('Address of this machine').fill('127.0.0.1');
      await page.getByLabel('Port for stations').fill(String(stationPort));
      await picture(page, 'setup-stations');
      await next(page);
      await page.getByText('Everything fits.').waitFor();
      await page.getByText(/every EVSE goes down to 6\sA by itself/).waitFor();
      await picture(page, 'setup-check');
      expect(readdirSync(folder)).toEqual([]);
      await page.getByRole('button', { name: 'Write it and start' }).click();

      await page.getByText('The service runs.').waitFor();
      const told = await page.locator('.setup-stations code').allTextContents();
      const [url = '', id, password = ''] = told;
      expect([url, id]).toEqual([`ws://127.0.0.1:${stationPort}/ocpp/CP-1`, 'CP-1']);
      garage.connect(url, password);
      await page.getByText('It is there.').waitFor();
      await picture(page, 'setup-connect');
      expect(await barriers(page)).toEqual([]);

      garage.plugIn(car);
      await page.getByRole('link', { name: 'Open the console' }).click();
      await page.getByRole('heading', { name: 'Circuits' }).waitFor();
      await page.getByText(/Phase L2 of grid is full/).waitFor();
      const flows = garage.flowing;
      await eventually(() => (flows()[1] > 19 && flows()[1] <= 20 ? true : undefined), patienceMs);
      const file = join(folder, 'lastvakt.yaml');
      expect(loadConfig(file, {}).sites[0]).toMatchObject({ id: 'garage-lund', name: 'Garage Lund' });
      expect(statSync(file).mode & 0o077).toBe(0);
      expect(readFileSync(file, 'utf8')).not.toContain(password);
    });

    it('explains wrong input at its field, in Swedish, and is used by keyboard alone', async () => {
      const page = await open('sv', { viewport: { width: 360, height: 740 }, colorScheme: 'dark' });
      await page.getByLabel('Anläggningens namn').focus();
      await page.keyboard.press('Enter');
      await page.getByText('Ge anläggningen ett namn.').waitFor();
      await page.getByText('Ange säkringens ampere').waitFor();
      await eventually(async () => ((await focused(page)) === 'setup-name' ? true : undefined));
      await picture(page, 'setup-site-phone');
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.type('Parkering B');
      await page.keyboard.press('Tab');
      await page.keyboard.type('25,0');
      await page.keyboard.press('Enter');

      await page.getByRole('heading', { name: 'Mätare' }).waitFor();
      await page.getByLabel('MQTT-mäklare').fill('mäklaren');
      await page.getByRole('button', { name: 'Lyssna på mätaren' }).press('Enter');
      await page.getByText('Ange en adress som mqtt://').waitFor();
      await page.getByText('Ange det utan mellanslag').waitFor();
      await page.getByLabel('MQTT-mäklare').fill('mqtt://127.0.0.1:1');
      await page.getByLabel('Shellyns MQTT-prefix').fill('shelly');
      await page.getByRole('button', { name: 'Lyssna på mätaren' }).press('Enter');
      await page.getByText('Ingen förbindelse med mäklaren').waitFor();
      await page
        .getByLabel('Mätare vid huvudsäkringen')
        .selectOption({ label: 'Ingen: räkna alltid med att byggnaden drar som mest' });
      await page.getByLabel('Vad byggnaden själv drar som mest').fill('30');
      await page.keyboard.press('Enter');
      await page.getByText('Ange 0 till 25 A').waitFor();
      await page.getByLabel('Vad byggnaden själv drar som mest').fill('20');
      await page.keyboard.press('Enter');

      await page.getByRole('heading', { name: 'Uttag' }).waitFor();
      await page.getByRole('button', { name: 'Lägg till en krets' }).press('Enter');
      await page.getByLabel('Namn, till exempel hall-a').fill('hall ä');
      await page.getByLabel('Säkring, A per fas').fill('32');
      await page.keyboard.press('Enter');
      await page.getByText('Ange 1 till 48 bokstäver utan å').waitFor();
      await page.getByText('Ange 1 till 25 A').waitFor();
      await picture(page, 'setup-stations-phone');
      expect(await barriers(page)).toEqual([]);
      expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(360);
      await page.getByLabel('Namn, till exempel hall-a').fill('hall-a');
      await page.getByLabel('Säkring, A per fas').fill('16');
      await page.keyboard.press('Enter');
      await page.getByText('Allt går ihop.').waitFor();
      // 20 A of the building and 6 A of a car are more than 25 A.
      await page.getByText('Om Lastvakt tystnar pausar bilarna').waitFor();
      expect(await barriers(page)).toEqual([]);
    });

    it('goes on where it was when the page is loaded again, and asks for the password of the broker', async () => {
      const page = await open('en');
      await page.getByLabel('Name of the site').fill('Garage Lund');
      await page.getByLabel('Main fuse, A per phase').fill('20');
      await next(page);
      await page.getByLabel('MQTT prefix of the Shelly').fill('shelly');
      await page.getByLabel('What the building itself draws at most').fill('12');
      await page.getByLabel('User name there, if any').fill('lastvakt');
      await page.getByLabel('Password there, if any').fill('hunter2');
      await next(page);
      await page.getByRole('button', { name: 'Add an EVSE' }).click();
      await page.reload();
      await page.getByText('enter the password once more').waitFor();
      expect(await page.getByLabel('Password there, if any').inputValue()).toBe('');
      expect(await page.evaluate('JSON.stringify(sessionStorage)')).not.toContain('hunter2');
      expect(await page.getByLabel('MQTT prefix of the Shelly').inputValue()).toBe('shelly');
      await page.getByLabel('Password there, if any').fill('hunter2');
      await next(page);
      expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(2);
      await page.getByRole('button', { name: 'Add an EVSE' }).click();
      expect(await page.getByRole('button', { name: /^Remove/ }).count()).toBe(3);
      await page.evaluate('sessionStorage.setItem(\'lastvakt.setup\', \'{"step":"stations","typed":{}}\')');
      await page.reload();
      await page.getByLabel('Name of the site').waitFor();
      expect(await page.getByLabel('Name of the site').inputValue()).toBe('');
    });

    it('leaves a config that is there alone', async () => {
      folder = mkdtempSync(join(tmpdir(), 'lastvakt-first-'));
      const first = runProgram(['init', '--config', 'package.json']);
      program = first;
      expect((await first.exited).code).toBe(2);
      expect(first.stderr()).toMatch(/package\.json is there already/);
    });
  });
});

async function listen(page: Page, brokerUrl: string, topic: string): Promise<void> {
  await page.getByLabel('MQTT broker').fill(brokerUrl);
  await page.getByLabel('MQTT prefix of the Shelly').fill(topic);
  await page.getByRole('button', { name: 'Listen to the meter' }).click();
  await page.getByText(/^Heard \d+ s ago\.$/).waitFor();
}

const focused = (page: Page): Promise<unknown> => page.evaluate('document.activeElement.id');
