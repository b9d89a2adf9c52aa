import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barriers, describeDemo, openPage, picture } from './browser.ts';

describeDemo('the page Stations', (given) => {
  const open = async (place: string, language = 'en', options = {}): Promise<Page> => {
    const { page } = await openPage(given.browser, options);
    await page.goto(`${given.demo.url}?language=${language}#/stations/garage${place}`);
    await page.getByRole('heading', { level: 2 }).first().waitFor();
    return page;
  };

  it('lists every station with its connection, and finds one by its name', async () => {
    const page = await open('');
    await page.locator('.station-list li').nth(7).waitFor();
    await page.locator('.connection.is-online').nth(7).waitFor();
    await page.getByRole('searchbox', { name: 'Find a station' }).fill('b3');
    await page.locator('.station-list li').nth(1).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: /CP-B3/ }).click();
    await page.getByRole('heading', { level: 2, name: 'CP-B3' }).waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('tells what a station is, asks it for something, and shows and keeps its answer', async () => {
    const page = await open('/CP-A2');
    await page.getByText('OCPP 2.0.1').waitFor();
    await page.locator('.station-facts .evse').waitFor();
    await page
      .getByRole('combobox', { name: 'What', exact: true })
      .selectOption({ label: 'What it will allow over the next ten minutes' });
    await page.getByRole('button', { name: 'Ask it' }).click();
    await page.locator('.answer').waitFor();
    await page.locator('.entries li', { hasText: 'composite schedule' }).first().waitFor();
    await picture(page, 'stations');
    expect(await barriers(page)).toEqual([]);
  });

  it('asks once more before what a driver would notice, by keyboard alone', async () => {
    const page = await open('/CP-A1');
    const what = page.getByRole('combobox', { name: 'What', exact: true });
    await what.focus();
    await page.keyboard.type('Take out');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Yes, ask it' }).waitFor();
    await page.keyboard.press('Enter');
    await page.locator('.answer', { hasText: 'accepted' }).waitFor();
    await page.locator('.entries li', { hasText: 'change availability' }).first().waitFor();
  });

  it('explains at its field what is missing, and says that a station is not there', async () => {
    const page = await open('/CP-B1');
    await page
      .getByRole('combobox', { name: 'What', exact: true })
      .selectOption({ label: 'Start a session' });
    await page.getByRole('button', { name: 'Ask it' }).click();
    await page.getByText('Give the token, as on the card: at most 255 letters.').waitFor();
    expect(await page.evaluate('document.activeElement.id')).toBe('ask-token');
    await page.goto(`${given.demo.url}?language=en#/stations/garage/CP-Z9`);
    await page.getByText('There is no station CP-Z9 on this site.').waitFor();
  });

  it.each([
    ['phone', 'light', { width: 360, height: 740 }],
    ['wall', 'dark', { width: 1920, height: 1080 }],
  ] as const)('fits a %s in %s, in Swedish', async (name, colorScheme, viewport) => {
    const page = await open('/CP-A2', 'sv', { colorScheme, viewport });
    await page.getByRole('heading', { name: 'Be stationen' }).waitFor();
    await picture(page, `stations-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });
});
