import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { PartnerBody } from '../../src/http/partnerSchemas.ts';
import { type GivenApp, givenApp } from '../app/givenApp.ts';
import { describeWith } from '../servers.ts';
import { barriers, openBrowser, openPage, patienceMs, picture } from './browser.ts';

vi.setConfig({ testTimeout: 3 * patienceMs, hookTimeout: 3 * patienceMs });

const text = `
http: { port: 0 }
ocpp: { port: 0 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
ocpi:
  party: { countryCode: SE, partyId: GRG, name: Garage Lund }
  allowPrivatePartners: true
grid:
  connections: [{ id: dso, heartbeatTimeoutS: 300, targets: [{ site: garage, failsafeAmps: 20 }] }]
sites:
  - id: garage
    name: Garage Lund
    timeZone: Europe/Stockholm
    circuit:
      id: grid
      breakerAmps: 63
      evses: [{ id: A1, station: CP-A1 }]
`;

describeWith('chromium', 'the page Partners', () => {
  let given: GivenApp;
  let browser: Browser;
  beforeAll(async () => {
    [given, browser] = await Promise.all([givenApp(text), openBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await given?.app.stop();
  });

  const open = async (language = 'en', options = {}): Promise<Page> => {
    const { page } = await openPage(browser, options);
    await page.goto(`${given.api}/?language=${language}#/partners`);
    await page.locator('.connections > li').first().waitFor();
    return page;
  };

  it('tells whether the grid operator is heard, and shows its heartbeat', async () => {
    const page = await open();
    const dso = page.locator('.connections > li', { hasText: 'dso' });
    await dso.getByText('never heard').waitFor();
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ amps: 40, durationS: 600, reason: 'cold evening' });
    const answer = await fetch(`${given.api}/api/v1/grid/dso/limits`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
    await dso.getByText(/last heard \d\d:\d\d, \d+ s ago · 1 limit in force or to come/).waitFor();
    await dso.getByText(/^\s*Limited since \d\d:\d\d/).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('explains at its field what is wrong, and puts the cursor there', async () => {
    const page = await open();
    await page.getByLabel('Your name for it').fill('!');
    await page.getByLabel('The token it gave you').fill('secret');
    await page.keyboard.press('Enter');
    await page.getByText('Give 1 to 48 letters, digits').waitFor();
    await page.getByText('Give the address of its versions too, or leave both empty.').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('id');
    expect(await barriers(page)).toEqual([]);
  });

  it('invites a partner by keyboard, shows the token once, and ends it after asking once more', async () => {
    const page = await open();
    await page.getByLabel('Your name for it').focus();
    await page.keyboard.type('roamer');
    await page.keyboard.press('Enter');
    await page.getByText('Give roamer these two. The token is shown only now.').waitFor();
    await page.getByText(/^http.*\/ocpi\/versions$/).waitFor();
    const partner = page.locator('.connections > li', { hasText: 'roamer' });
    await partner.getByText('Invited', { exact: true }).waitFor();
    await picture(page, 'partners');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Remove: roamer' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'End it with this partner' }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByText('Ended with roamer.').waitFor();
    await partner.waitFor({ state: 'detached' });
  });

  it('shows the parties behind a hub, and which of them is away', async () => {
    const { page } = await openPage(browser);
    const hub: PartnerBody = {
      ...{ id: 'hub', state: 'registered', version: '2.3.0', versionsUrl: 'https://hub.example/versions' },
      ...{ modules: ['hubclientinfo SENDER'], addedAt: '2026-01-31T12:00:00Z', addedBy: 'root' },
      parties: [{ role: 'HUB', countryCode: 'DE', partyId: 'HUB', name: 'Hub' }],
      behind: [
        { id: 'hub~SE-GRG', isAway: false },
        { id: 'hub~NO-FJD', isAway: true },
      ],
    };
    await page.route('**/api/v1/partners', (route) => route.fulfill({ json: [hub] }));
    await page.goto(`${given.api}/?language=en#/partners`);
    await page.getByText('Behind this hub:').waitFor();
    const party = (name: string) => page.locator('.behind > li', { hasText: name });
    expect(await party('SE-GRG').getByText('not connected').count()).toBe(0);
    await party('NO-FJD').getByText('not connected').waitFor();
    await party('NO-FJD').getByText('What it was billed (CDRs)').click();
    await party('NO-FJD').getByText('It was billed nothing yet.').waitFor();
    await picture(page, 'partners-hub');
    expect(await barriers(page)).toEqual([]);
  });

  it('says in the language in use what the server refuses', async () => {
    const page = await open();
    for (const [language, ask, refusal] of [
      ['en', 'Ask it', 'The station is not connected: ask again when it is.'],
      ['sv', 'Be den', 'Stationen är inte ansluten: försök igen när den är det.'],
    ] as const) {
      await page.goto(`${given.api}/?language=${language}#/stations/garage/CP-A1`);
      await page.getByRole('button', { name: ask, exact: true }).click();
      await page.getByText(refusal).waitFor();
    }
    expect(await barriers(page)).toEqual([]);
  });

  it.each([
    ['phone', 'dark', { width: 360, height: 740 }],
    ['wall', 'light', { width: 1920, height: 1080 }],
  ] as const)('fits a %s in %s, in Swedish', async (name, colorScheme, viewport) => {
    const page = await open('sv', { colorScheme, viewport });
    await page.getByRole('heading', { name: 'Lägg till en partner' }).waitFor();
    await picture(page, `partners-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });
});
