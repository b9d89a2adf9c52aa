import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { SessionBody } from '../../src/http/schemas.ts';
import { barriers, describeDemo, openPage, patienceMs, picture } from './browser.ts';
import { wallTimeAhead, withSomeCar } from './demoCars.ts';

const hourMs = 3_600_000;

describeDemo('the page Plan', (given) => {
  const open = async (language = 'en', options = {}): Promise<Page> => {
    const { page } = await openPage(given.browser, options);
    await page.goto(`${given.demo.url}?language=${language}#/plan`);
    await page.locator('.plan').waitFor();
    return page;
  };

  const send = (method: string, path: string, body: unknown): Promise<Response> =>
    fetch(`${given.demo.api}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  /** Every driver who is there now tells what he wants; one of them more than a cable can carry. */
  const tellWishes = async (): Promise<void> => {
    const answer = await fetch(`${given.demo.api}/sessions?state=running`);
    const running = (await answer.json()) as readonly SessionBody[];
    const departureAt = new Date(Date.now() + 6 * hourMs).toISOString();
    for (const [index, { id }] of running.entries())
      await send('PATCH', `/sessions/${id}`, { wantedEnergyWh: index === 0 ? 900_000 : 8_000, departureAt });
  };

  /** Cars come and go; whoever is there tells his wish again. */
  const whileTelling = async (story: () => Promise<void>): Promise<void> => {
    const telling = setInterval(() => void tellWishes().catch(() => {}), 2_000);
    try {
      await story();
    } finally {
      clearInterval(telling);
    }
  };

  const carThatLacks = (page: Page, why: string): Promise<void> =>
    page.locator('.plan tbody tr', { hasText: why }).first().waitFor();

  /** Hour by hour, cheap in two hours. */
  const tellPrices = (): Promise<Response> => {
    const firstMs = Math.floor(Date.now() / hourMs) * hourMs;
    const prices = [0.92, 0.85, 0.31, 0.3, 0.44, 0.9, 1.1, 1.2].map((perKwh, hour) => ({
      from: new Date(firstMs + hour * hourMs).toISOString(),
      until: new Date(firstMs + (hour + 1) * hourMs).toISOString(),
      perKwh,
    }));
    return send('PUT', '/sites/garage/prices', { currency: 'SEK', prices });
  };

  it('says why nothing is planned', async () => {
    const page = await open();
    await page.getByText('No plan is in force: cars share fairly, as the wires allow.').waitFor();
    await page.getByText('No driver has told departure and energy.').waitFor();
    await page.getByText('Not in the plan: it has its fair share.').first().waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('takes what a driver wants, by keyboard alone, explains what is wrong at its field, and plans anew', () =>
    withSomeCar(async () => {
      const page = await open();
      page.setDefaultTimeout(patienceMs / 3);
      const change = page.getByRole('button', { name: /^Change: / }).last();
      const evse = String(await change.getAttribute('aria-label')).replace('Change: ', '');
      await change.focus();
      await page.keyboard.press('Enter');
      await page.keyboard.type('a lot');
      await page.keyboard.press('Enter');
      await page.getByText('Give kilowatt-hours from 0 to 1,000, such as 12 or 7.5.').waitFor();
      expect(await page.evaluate('document.activeElement.name')).toBe('energy');
      await page.getByLabel('Energy in all, kWh').fill('37,5');
      await page.getByLabel('Leaves, day and time at the site').fill(wallTimeAhead(3 * hourMs));
      await picture(page, 'plan-change');
      expect(await barriers(page)).toEqual([]);
      await page.keyboard.press('Enter');
      await page.getByText(`Saved for ${evse}; it counts from the next tick.`).waitFor();
      expect(await page.evaluate('document.activeElement.ariaLabel')).toBe(`Change: ${evse}`);
      await page.getByRole('row', { name: new RegExp(`^${evse} .*kWh`) }).waitFor();
    }));

  it('shows background, charging, limit and prices hour by hour, and what each car will get or lack', async () => {
    expect((await tellPrices()).status).toBe(204);
    const page = await open();
    await whileTelling(() => carThatLacks(page, 'and it leaves in'));
    await page.getByText(/^Planned at \d\d:\d\d\./).waitFor();
    await page.getByRole('heading', { name: 'Price, SEK per kWh' }).waitFor();
    await page.locator('.chart canvas').nth(1).waitFor();
    await picture(page, 'plan');
    await page.getByText('The same as figures').click();
    await page.getByRole('cell', { name: '0.31', exact: true }).first().waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it.each([
    ['phone', 'light', { width: 360, height: 740 }],
    ['wall', 'dark', { width: 1920, height: 1080 }],
  ] as const)('fits a %s in %s, in Swedish', async (name, colorScheme, viewport) => {
    const page = await open('sv', { colorScheme, viewport });
    await page.getByRole('heading', { name: 'De kommande timmarna' }).waitFor();
    await whileTelling(() => carThatLacks(page, 'och den åker om'));
    await page.locator('.planned-cars button').first().click();
    await page.getByLabel('Energi totalt, kWh').waitFor();
    await page.locator('.planned-cars').scrollIntoViewIfNeeded();
    await picture(page, `plan-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });
});
