import { readFileSync } from 'node:fs';
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

  it('shows the messages over OCPP live, finds some, and saves what it shows', async () => {
    const page = await open('/CP-A1');
    const messages = page.getByRole('region', { name: 'Messages over OCPP' });
    await messages.locator('li').first().waitFor();
    await messages.getByRole('searchbox').fill('what nobody says');
    await messages.getByText('No message fits.').waitFor();
    await messages.getByRole('searchbox').fill('trigger statusnotification');
    await page
      .getByRole('combobox', { name: 'What', exact: true })
      .selectOption({ label: 'Tell its state again' });
    await page.getByRole('button', { name: 'Ask it' }).click();
    const asked = messages.locator('li', { hasText: 'TriggerMessage' });
    await asked
      .getByText(/^answered after \d+ ms$/)
      .first()
      .waitFor();
    await asked.first().getByText('TriggerMessage').click();
    await asked.first().getByText('StatusNotification').waitFor();
    await asked.first().getByText('Accepted').waitFor();
    const [file] = await Promise.all([
      page.waitForEvent('download'),
      messages.getByRole('button', { name: 'Save as JSON lines' }).click(),
    ]);
    expect(file.suggestedFilename()).toMatch(/^CP-A1-ocpp-.*\.jsonl$/);
    const lines = readFileSync(await file.path(), 'utf8')
      .trimEnd()
      .split('\n');
    expect(lines.map((line) => JSON.parse(line).action)).toContain('TriggerMessage');
    await messages.scrollIntoViewIfNeeded();
    await picture(page, 'stations-messages');
    expect(await barriers(page)).toEqual([]);
  });

  it('shows the charging profiles on a station, and what it can be told and where that comes from', async () => {
    const page = await open('/CP-A1');
    const profiles = page.getByRole('region', { name: 'Charging profiles on it' });
    const standing = profiles.locator('li', { hasText: 'transaction default' }).first();
    await standing.getByText('ours').waitFor();
    await standing.getByText(/#\d+ · level \d+ · \w+ · \d+\sA/).waitFor();
    const device = page.getByRole('region', { name: 'What it can be told' });
    await device.getByRole('row', { name: /^Unit of its schedules A \w/ }).waitFor();
    await device.getByRole('row', { name: /^Takes 0 A yes \w/ }).waitFor();
    await profiles.scrollIntoViewIfNeeded();
    await picture(page, 'stations-profiles');
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
    const messages = page.getByRole('region', { name: 'Meddelanden över OCPP' });
    await messages.locator('li').nth(3).waitFor();
    await messages.getByText('Utan livstecken och mätvärden').click();
    await messages.locator('li', { hasText: 'MeterValues' }).first().waitFor({ state: 'detached' });
    await page.getByRole('region', { name: 'Laddprofiler på den' }).scrollIntoViewIfNeeded();
    await picture(page, `stations-profiles-${name}`);
    await messages.scrollIntoViewIfNeeded();
    await picture(page, `stations-messages-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });
});
