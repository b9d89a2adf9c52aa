import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import type { SessionBody } from '../../src/http/schemas.ts';
import { barriers, describeDemo, openPage, patienceMs, picture } from './browser.ts';
import { wallTimeAhead, withSomeCar } from './demoCars.ts';

describeDemo('the page Sessions', (given) => {
  const open = async (language = 'en', options = {}): Promise<Page> => {
    const { page } = await openPage(given.browser, options);
    await page.goto(`${given.demo.url}?language=${language}#/sessions`);
    await page.locator('.session').first().waitFor();
    return page;
  };

  const shortPatienceMs = patienceMs / 3;

  const openForm = async (page: Page): Promise<void> => {
    await page
      .getByRole('button', { name: /^Change: / })
      .last()
      .focus();
    await page.keyboard.press('Enter');
    await page.locator('.wish').waitFor();
  };

  it('explains a wrong wish at its field, and puts the cursor there', () =>
    withSomeCar(async () => {
      const page = await open();
      page.setDefaultTimeout(shortPatienceMs);
      await openForm(page);
      await page.getByLabel('Energy in all, kWh').fill('a lot');
      await page.keyboard.press('Enter');
      await page.getByText('Give kilowatt-hours from 0 to 1,000, such as 12 or 7.5.').waitFor();
      expect(await page.evaluate('document.activeElement.name')).toBe('energy');
      await page.getByLabel('Energy in all, kWh').fill('3,5');
      await page.getByLabel('Leaves, day and time at the site').fill('2020-01-01T12:00');
      await page.keyboard.press('Enter');
      await page.getByText('Give a day and a time after now.').waitFor();
      await picture(page, 'sessions-fault');
      expect(await barriers(page)).toEqual([]);
    }));

  it('takes what a driver wants, by keyboard alone, and shows it against what the car had', () =>
    withSomeCar(async () => {
      const page = await open();
      page.setDefaultTimeout(shortPatienceMs);
      await openForm(page);
      await page.keyboard.type('3,5');
      await page.getByLabel('Leaves, day and time at the site').fill(wallTimeAhead(3_600_000));
      await page.getByLabel('Priority, 0 to 100').focus();
      await page.keyboard.type('7');
      await page.keyboard.press('Enter');
      await page.getByText(/^Saved for [AB]\d; it counts from the next tick\.$/).waitFor();
      const car = page.locator('.session', { hasText: 'priority 7' });
      await car.getByText(/of 3\.5\skWh/).waitFor();
      await car.getByText(/leaves \d\d:\d\d|leaves \w+ \d+/).waitFor();
      await picture(page, 'sessions');
    }));

  it('lists those that have ended, with what they had', async () => {
    const page = await open();
    // Cars of the demo leave when they like, which may take a while: one is stopped.
    const running = await fetch(`${given.demo.api}/sessions?state=running`);
    const [first] = (await running.json()) as readonly SessionBody[];
    if (first !== undefined) {
      const { station, transactionId } = first;
      await fetch(`${given.demo.api}/stations/${station}/commands/remote-stop`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ transactionId }),
      });
    }
    await page
      .locator('.ended tbody tr')
      .first()
      .waitFor({ timeout: 2 * patienceMs });
    await page.locator('.ended').getByText(/Wh$/).first().waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it.each([
    ['phone', 'dark', { width: 360, height: 740 }],
    ['wall', 'light', { width: 1920, height: 1080 }],
  ] as const)('fits a %s in %s, in Swedish', async (name, colorScheme, viewport) => {
    const page = await open('sv', { colorScheme, viewport });
    await page.getByRole('heading', { name: 'Avslutade' }).waitFor();
    await picture(page, `sessions-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });
});
