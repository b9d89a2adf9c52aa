import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type GivenApp, givenApp } from '../app/givenApp.ts';
import { eventually } from '../app/givenService.ts';
import { describeWith } from '../servers.ts';
import { openBrowser, openPage, patienceMs } from './browser.ts';

vi.setConfig({ testTimeout: 3 * patienceMs, hookTimeout: 3 * patienceMs });

/** As short as a text that a station may send of itself. */
const hostile = (where: string): string => `<img src=x onerror="hit='${where}'">`;

const configText = `
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
sites:
  - id: garage
    name: ${JSON.stringify(hostile('site'))}
    circuit:
      id: grid
      breakerAmps: 63
      assumedBackgroundAmps: 20
      evses: [ { id: A1, station: CP-A1 } ]
`;

describeWith('chromium', 'names that are programs', () => {
  let given: GivenApp;
  let browser: Browser;
  let station: WebSocket;
  beforeAll(async () => {
    [given, browser] = await Promise.all([givenApp(configText), openBrowser()]);
    station = new WebSocket(`${given.ocppUrl}/CP-A1`, 'ocpp1.6');
    await new Promise((resolve) => station.once('open', resolve));
    call(station, 'BootNotification', {
      chargePointVendor: '<i>vendor</i>',
      chargePointModel: '<i>model</i>',
      firmwareVersion: hostile('firmware'),
    });
    call(station, 'StatusNotification', {
      connectorId: 1,
      status: 'Faulted',
      errorCode: 'OtherError',
      info: hostile('info'),
      vendorErrorCode: hostile('code'),
    });
    const limit = {
      site: 'garage',
      amps: 40,
      until: new Date(Date.now() + 3_600_000).toISOString(),
      reason: hostile('reason'),
    };
    const headers = { 'content-type': 'application/json' };
    await fetch(`${given.api}/api/v1/limits`, { method: 'POST', headers, body: JSON.stringify(limit) });
    await eventually(() => (given.app.views()[0]?.evses[0]?.state === 'faulted' ? true : undefined));
  });
  afterAll(async () => {
    station?.close();
    await browser?.close();
    await given?.app.stop();
  });

  it('are shown as they were written, on every page, and never run', async () => {
    const { page, errors } = await openPage(browser);
    await page.goto(`${given.api}/?language=en`);
    await page.getByText(hostile('site')).first().waitFor();
    await page.getByText(hostile('reason')).first().waitFor();
    const links = page.locator('.pages a');
    for (let at = 0; at < (await links.count()); at += 1) {
      await links.nth(at).click();
      await page.getByRole('heading', { level: 1 }).first().waitFor({ state: 'attached' });
      expect(await page.locator('main img').count()).toBe(0);
      expect(await page.evaluate('typeof hit')).toBe('undefined');
    }
    await page.goto(`${given.api}/?language=en#/stations/garage/CP-A1`);
    await page.getByText(hostile('firmware')).first().waitFor();
    await page.getByText('<i>vendor</i>').first().waitFor();
    expect(await page.locator('main img, main i').count()).toBe(0);
    expect(await page.evaluate('typeof hit')).toBe('undefined');
    expect(errors).toEqual([]);
  });

  it('would not run even if they became part of the page', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${given.api}/?language=en`);
    await page.getByText(hostile('site')).first().waitFor();
    const refusal = page.evaluate(`document.body.innerHTML = ${JSON.stringify(hostile('injected'))}`);
    await expect(refusal).rejects.toThrow(/TrustedHTML/);
    expect(await page.evaluate('typeof hit')).toBe('undefined');
  });
});

let calls = 0;
function call(station: WebSocket, action: string, payload: object): void {
  calls += 1;
  station.send(JSON.stringify([2, String(calls), action, payload]));
}
