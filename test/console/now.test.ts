import { expect, it } from 'vitest';
import {
  barriers,
  describeDemo,
  givenDemo,
  isDocumenting,
  openPage,
  patienceMs,
  picture,
} from './browser.ts';

describeDemo('the page Now', (given) => {
  const open = async (query = '?language=en', options = {}) => {
    const opened = await openPage(given.browser, options);
    await opened.page.goto(`${given.demo.url}${query}`);
    await opened.page.getByRole('heading', { level: 1 }).waitFor();
    return opened;
  };

  it('shows the tree with every EVSE, live, and why each charges as it does', async () => {
    const { page, errors } = await open();
    await page.getByText('Live', { exact: false }).first().waitFor();
    for (const circuit of ['grid', 'hall-a', 'hall-b'])
      await page.getByRole('heading', { name: circuit, exact: true }).waitFor();
    expect(await page.locator('.evse').count()).toBe(8);
    await page.locator('.evse.is-charging').first().waitFor();
    await page
      .getByText(/Phase L\d of grid is full; (\d cars share|this car has)/)
      .first()
      .waitFor();
    await page
      .getByRole('img', { name: /^L1: .*\sA of .*\sA\. Background .*, charging / })
      .first()
      .waitFor();
    const time = page.locator('.live-mark time');
    const before = await time.textContent();
    await expect.poll(() => time.textContent(), { timeout: patienceMs }).not.toBe(before);
    expect(errors).toEqual([]);
  });

  it('says who limits the site, to what and until when, as soon as it is so', async () => {
    const { page } = await open();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const body = JSON.stringify({ site: 'garage', amps: 40, until, reason: 'cold <b>evening</b>' });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${given.demo.api}/limits`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as { readonly id: string };
    await page.getByRole('heading', { level: 1, name: 'Limited' }).waitFor();
    await page.getByText(/grid may carry \d+\sA by order of the site operator/).waitFor();
    // What somebody wrote is shown as it was written, and is never part of the page.
    await page.getByText('cold <b>evening</b>').waitFor();
    await picture(page, 'now-limited');
    await fetch(`${given.demo.api}/limits/${id}`, { method: 'DELETE' });
  });

  it('shows a curtailment of the grid operator on an open page, without a touch', async () => {
    const { page } = await open();
    await page.locator('.evse.is-charging').nth(1).waitFor();
    // For the picture alone: a curve that has a past.
    if (isDocumenting) await page.waitForTimeout(40_000);
    const answer = await fetch(`${given.demo.api}/grid/dso/limits`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ amps: 34, durationS: 600, reason: 'cold evening, feeder full' }),
    });
    const { externalId } = (await answer.json()) as { readonly externalId: string };
    await page.getByRole('heading', { level: 1, name: 'Limited' }).waitFor();
    await page.getByText(/by order of the grid operator/).waitFor();
    await page
      .getByText(/Limit 34\sA by the grid operator, until/)
      .first()
      .waitFor();
    if (isDocumenting) await page.waitForTimeout(15_000);
    await picture(page, 'now-curtailed');
    await fetch(`${given.demo.api}/grid/dso/limits/${externalId}`, { method: 'DELETE' });
  });

  it('stops all charging, for a reason, and lets cars charge again, by keyboard', async () => {
    const { page } = await open();
    await page.locator('.evse.is-charging').first().waitFor();
    await page.locator('summary', { hasText: 'Stop all charging' }).press('Enter');
    await page.getByRole('button', { name: 'Stop all charging now' }).press('Enter');
    await page.getByText('Say why, in at most 200 letters.').waitFor();
    await page.getByLabel('Why', { exact: true }).fill('smoke in hall b');
    await picture(page, 'now-stopping');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Stopped' }).waitFor();
    await page.getByText('smoke in hall b').waitFor();
    await page.getByText('stopped all charging at').waitFor();
    await page.getByRole('button', { name: 'Release the site' }).press('Enter');
    await page.getByRole('button', { name: 'Yes, let cars charge' }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'Stopped' }).waitFor({ state: 'detached' });
    await page.locator('.evse.is-charging').first().waitFor();
  });

  it('speaks Swedish, with a decimal comma, and remembers it', async () => {
    const { page } = await open('?language=sv');
    expect(await page.locator('html').getAttribute('lang')).toBe('sv');
    await page.getByRole('heading', { name: 'Kretsar' }).waitFor();
    await page.getByText(/\d,\d/).first().waitFor();
    await page.goto(given.demo.url);
    await page.getByRole('heading', { name: 'Kretsar' }).waitFor();
  });

  it.each([
    ['phone', 'light', { width: 360, height: 740 }],
    ['desk', 'dark', { width: 1280, height: 900 }],
    ['wall', 'light', { width: 1920, height: 1080 }],
  ] as const)('fits a %s in %s and keeps nobody out', async (name, colorScheme, viewport) => {
    const { page } = await open('?language=sv', { colorScheme, viewport });
    await page.locator('.evse.is-charging').first().waitFor();
    await picture(page, `now-${name}`);
    const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
    expect(width).toBeLessThanOrEqual(viewport.width);
    expect(await barriers(page)).toEqual([]);
  });

  it('is used by keyboard: past the header, to the settings, to the filter', async () => {
    const { page } = await open();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('content');
    const filter = page.getByRole('searchbox', { name: 'Find an EVSE' });
    await filter.focus();
    await page.keyboard.type('b3');
    await expect.poll(() => page.locator('.evse').count(), { timeout: patienceMs }).toBe(1);
    const hall = page.locator('summary', { hasText: 'hall-b' });
    await hall.focus();
    await page.keyboard.press('Enter');
    await page.locator('.evse').first().waitFor({ state: 'hidden' });
    const settings = page.locator('summary', { hasText: 'Settings' });
    await settings.focus();
    await page.keyboard.press('Enter');
    await page.getByLabel('Language').selectOption('sv');
    await page.getByRole('heading', { name: 'Kretsar' }).waitFor();
  });

  it('says loudly when it hears nothing more', async () => {
    const other = await givenDemo();
    const { page } = await openPage(given.browser);
    await page.goto(`${other.url}?language=en`);
    await page.locator('.evse').first().waitFor();
    await other.stop();
    await page
      .getByRole('alert')
      .getByText(/No news from the server since/)
      .waitFor();
    await picture(page, 'now-stale');
  });
});
