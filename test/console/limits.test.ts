import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barriers, describeDemo, openPage, picture } from './browser.ts';

describeDemo('the page Limits', (given) => {
  const open = async (query = '?language=en', options = {}): Promise<Page> => {
    const { page } = await openPage(given.browser, options);
    await page.goto(`${given.demo.url}${query}#/limits`);
    await page.locator('.limit-form').waitFor();
    return page;
  };

  it('explains wrong input at its field, and puts the cursor there', async () => {
    const page = await open();
    const amount = page.getByLabel('Limit', { exact: true });
    await amount.fill('much');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('Give a number, 0 or more, such as 32 or 27.5.').waitFor();
    expect(await amount.getAttribute('aria-invalid')).toBe('true');
    expect(await amount.getAttribute('aria-describedby')).toBe('limit-amount-fault');
    expect(await page.evaluate('document.activeElement.id')).toBe('limit-amount');
    await page.getByText('Say why, in at most 200 letters.').waitFor();
    await page.getByLabel('Ends').selectOption('at');
    await page.getByLabel('Day and time at the site').fill('2020-01-01T12:00');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByText('This is in the past: give a time after now.').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it('shows what a limit would do, sets it, and a car goes down; then it is released', async () => {
    const page = await open();
    // The building takes 10 A and more, a car 6 A and more: whoever charges has more than the limit will leave.
    await page.goto(`${given.demo.url}?language=en#/now`);
    await page.locator('.evse.is-charging').first().waitFor();
    await page.goto(`${given.demo.url}?language=en#/limits`);
    await page.getByLabel('Limit', { exact: true }).fill('14,5');
    await page.getByLabel('Reason').fill('works on the feeder');
    await page.getByRole('button', { name: 'Preview' }).click();
    await page.getByRole('heading', { name: 'What it would do' }).waitFor();
    await page
      .getByText(/cars? (gets?|pauses?)/)
      .first()
      .waitFor();
    await picture(page, 'limits-preview');
    expect(await barriers(page)).toEqual([]);
    await page.getByRole('button', { name: 'Set this limit' }).click();
    await page.getByText(/In force: grid 14\.5\sA, until/).waitFor();
    const row = page.locator('.limit', { hasText: 'works on the feeder' });
    await row.getByText('binds now').waitFor();

    await page.goto(`${given.demo.url}?language=en#/now`);
    await page.getByRole('heading', { level: 1, name: 'Limited' }).waitFor();
    await page.locator('.evse.is-paused').first().waitFor();

    await page.goto(`${given.demo.url}?language=en#/limits`);
    await page.getByRole('button', { name: /^Release: 14\.5\sA, grid$/ }).click();
    await page.getByRole('button', { name: 'Release it now' }).click();
    await row.waitFor({ state: 'detached' });
  });

  it('tells a curtailment from the asking to the release', async () => {
    // Shorter than the one of the demo, which comes half a minute after its start and lasts for a whole one.
    const answer = await fetch(`${given.demo.api}/grid/dso/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ amps: 35, durationS: 15, reason: 'cold evening' }),
    });
    expect(answer.status).toBe(201);
    const page = await open();
    const told = page.locator('.curtailment', { hasText: 'cold evening' });
    await told.getByText('running').waitFor();
    for (const step of ['Asked', 'Acknowledged', 'Obeyed'])
      await told.locator('.step.is-done', { hasText: step }).waitFor();
    await picture(page, 'limits-running');
    await told.locator('.step.is-done', { hasText: 'Released' }).waitFor();
    await told.getByText(/of \d+ stations confirmed/).waitFor();
    await page.getByRole('button', { name: 'Verify the record' }).click();
    await page.getByText(/Record verified: \d+ entries, none changed\./).waitFor();
    await picture(page, 'limits-curtailment');
    expect(await barriers(page)).toEqual([]);
  });

  it('sets and releases a limit by keyboard alone', async () => {
    const page = await open();
    await page.getByLabel('Circuit').focus();
    await page.keyboard.type('hall-b');
    await page.keyboard.press('Tab');
    await page.keyboard.type('30');
    for (const _ of ['unit', 'end', 'reason']) await page.keyboard.press('Tab');
    await page.keyboard.type('by keyboard');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'What it would do' }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByText(/In force: hall-b 30\sA, until/).waitFor();
    const release = page.getByRole('button', { name: /^Release: 30\sA, hall-b$/ });
    await release.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Release it now' }).waitFor();
    await page.keyboard.press('Enter');
    await release.waitFor({ state: 'detached' });
    await page.locator('.limit', { hasText: 'by keyboard' }).waitFor({ state: 'detached' });
  });

  it.each([
    ['phone', 'light', { width: 360, height: 740 }],
    ['wall', 'dark', { width: 1920, height: 1080 }],
  ] as const)('fits a %s in %s, in Swedish', async (name, colorScheme, viewport) => {
    const page = await open('?language=sv', { colorScheme, viewport });
    await page.getByRole('heading', { name: 'Sätt en gräns' }).waitFor();
    await picture(page, `limits-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });
});
