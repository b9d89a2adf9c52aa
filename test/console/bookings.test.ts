import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startEmsp } from '../app/emsp.ts';
import { type GivenParty, givenParty, publicGarage } from '../app/ocpiPeers.ts';
import { eventually } from '../eventually.ts';
import { describeWith } from '../servers.ts';
import { barriers, openBrowser, openPage, patienceMs, picture } from './browser.ts';

vi.setConfig({ testTimeout: 3 * patienceMs, hookTimeout: 3 * patienceMs });

const bookable = {
  ...publicGarage,
  site: `${publicGarage.site}
    bookings: { evses: [A1], daysAhead: 2, stepMinutes: 60, minMinutes: 60, guaranteedWatts: 11040 }`,
};

const hourMs = 3_600_000;
const nextHourMs = (Math.floor(Date.now() / hourMs) + 1) * hourMs;
const wire = (hours: number) => new Date(nextHourMs + hours * hourMs).toISOString().replace('.000Z', 'Z');

describeWith('chromium', 'bookings on the page Sessions', () => {
  let host: GivenParty;
  let emsp: Awaited<ReturnType<typeof startEmsp>>;
  let browser: Browser;
  beforeAll(async () => {
    [host, browser] = await Promise.all([givenParty('GRG', bookable), openBrowser()]);
    emsp = await startEmsp(host, { version: '2.3.0', hears: ['Booking'] });
    for (const hours of [2, 4, 6, 8]) await ask(`R${hours}`, hours);
    await ask('R8', 8, { canceled: { cancellation_reason: 'TRAFFIC', who_canceled: 'EMSP' } });
  });
  afterAll(async () => {
    await browser?.close();
    await emsp?.stop();
    await host?.end();
  });

  /** A driver of the partner wants an hour that begins so many hours after the next one. */
  const ask = (id: string, hours: number, change: object = {}) =>
    emsp.ask('/sender/Booking', 'POST', {
      ...{ ...emsp.party, request_id: id, location_id: 'garage', authorization_reference: `REF-${id}` },
      tokens: [{ ...emsp.party, uid: 'CAFE', type: 'RFID', contract_id: 'DE8ACC12E46L89' }],
      period: { start_date_time: wire(hours), end_date_time: wire(hours + 1) },
      ...change,
    });

  const open = async (language = 'en', options = {}): Promise<Page> => {
    const { page } = await openPage(browser, options);
    await page.goto(`${host.api}/?language=${language}#/sessions`);
    await page.locator('.bookings tbody tr').first().waitFor();
    return page;
  };

  it('are shown with their partner and what they are guaranteed, the next one first, and appear by themselves', async () => {
    const page = await open();
    const rows = page.locator('.bookings tbody tr');
    expect(await rows.count()).toBe(3);
    expect(await rows.first().innerText()).toMatch(/A1\s+roam\s+booked\s+11\.0\skW/);
    expect((await ask('R10', 10)).body.data).toMatchObject({ reservation_status: 'RESERVED' });
    await eventually(async () => expect(await rows.count()).toBe(4));
    await picture(page, 'bookings');
    expect(await barriers(page)).toEqual([]);
  });

  it('that are over are shown with what became of them', async () => {
    const page = await open();
    await page.getByText('Earlier bookings').click();
    await page.getByText('cancelled by the partner: traffic').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('are cancelled with a reason by keyboard, after asking once more', async () => {
    const page = await open();
    const first = page.getByRole('button', { name: /^Cancel the booking: A1, / }).first();
    await first.focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('What the driver is told').selectOption({ label: 'somebody does not leave' });
    await page.getByRole('button', { name: 'Cancel this booking' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Yes, cancel it' }).waitFor();
    await picture(page, 'bookings-cancel');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText(/^Cancelled: A1, /).waitFor();
    await eventually(() =>
      expect(emsp.heard.map(({ body }) => body?.canceled)).toContainEqual({
        ...{ cancellation_reason: 'FULL', who_canceled: 'CPO' },
      }),
    );
    await page.getByText('Earlier bookings').click();
    await page.getByText('cancelled by us: somebody does not leave').waitFor();
  });

  it('can be cancelled by whoever may change sessions alone', async () => {
    const { page } = await openPage(browser);
    await page.route('**/api/v1/me', async (route) => {
      const answer = await route.fetch();
      const me = await answer.json();
      await route.fulfill({
        response: answer,
        json: { ...me, rights: me.rights.filter((right: string) => right !== 'change sessions') },
      });
    });
    await page.goto(`${host.api}/?language=en#/sessions`);
    await page.locator('.bookings tbody tr').first().waitFor();
    expect(await page.getByRole('button', { name: /^Cancel the booking/ }).count()).toBe(0);
  });

  it.each([
    ['phone', 'dark', { width: 360, height: 740 }],
    ['wall', 'light', { width: 1920, height: 1080 }],
  ] as const)('fit a %s in %s, in Swedish', async (name, colorScheme, viewport) => {
    const page = await open('sv', { colorScheme, viewport });
    await page.getByText('Tidigare bokningar').click();
    await page.getByText('avbokad av partnern: trafik').waitFor();
    await picture(page, `bookings-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });
});
