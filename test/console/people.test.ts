import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { barriers, describeDemo, openPage, picture } from './browser.ts';

const password = 'correct horse, battery';

describeDemo('the pages People and Audit', (given) => {
  const signIn = async (page: Page, name: string): Promise<void> => {
    await page.locator('#sign-in-name').fill(name);
    await page.locator('#sign-in-password').fill(password);
    await page.keyboard.press('Enter');
    await page.locator('.pages a').first().waitFor();
  };
  const open = async (
    name: string,
    where: string,
    { query = '?language=en', ...options }: BrowserContextOptions & { query?: string } = {},
  ) => {
    const opened = await openPage(given.browser, options);
    await opened.page.goto(`${given.demo.url}${query}#/${where}`);
    await signIn(opened.page, name);
    return opened;
  };

  // In this order: the first user ends the trial, and signs in for all that follows.
  it('adds the first user on trial, who then has to sign in', async () => {
    const { page } = await openPage(given.browser);
    await page.goto(`${given.demo.url}?language=en#/people`);
    await page.getByText('There is no user yet.').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('eva');
    await page.getByLabel('Password', { exact: true }).fill('short');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('12 characters at least, five of them different').waitFor();
    await page.waitForFunction("document.activeElement.id === 'user--password'");
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await signIn(page, 'eva');
    await page.locator('.person', { hasText: 'eva' }).getByText('Admin, all sites').waitFor();
  });

  it('explains at its field what keeps a user from being added, adds, changes and removes one', async () => {
    const { page, errors } = await open('eva', 'people');
    await page.getByText('Add a user').click();
    const form = page.locator('.people').first().locator('form').last();
    await form.getByLabel('Name', { exact: true }).fill('bo ek');
    await form.getByLabel('Password', { exact: true }).fill(password);
    await form.getByRole('button', { name: 'Add' }).click();
    await form.getByText('Letters, digits, "_", "." and "-", at most 48.').waitFor();
    await form.getByText('Choose one site at least').waitFor();
    await picture(page, 'people-wrong');
    await form.getByLabel('Garage Lund').check();
    await form.getByLabel('Name', { exact: true }).fill('eva');
    await form.getByRole('button', { name: 'Add' }).click();
    await form.getByText('The name is taken or reserved').waitFor();
    await form.getByLabel('Name', { exact: true }).fill('bo');
    await form.getByRole('button', { name: 'Add' }).click();
    await page.getByText('bo may sign in now.').waitFor();

    const row = page.locator('.person', { hasText: 'bo' });
    await row.getByText('Viewer, Garage Lund').waitFor();
    await row.locator('summary').click();
    await row.getByLabel('Role').selectOption('site-operator');
    await row.getByLabel('Blocked: may not sign in').check();
    await row.getByRole('button', { name: 'Save' }).click();
    await page.getByText('bo is changed.').waitFor();
    await row.getByText('Site operator, Garage Lund').waitFor();
    await picture(page, 'people-desk');
    expect(await barriers(page)).toEqual([]);

    await row.getByRole('button', { name: 'Remove: bo' }).click();
    await row.getByRole('button', { name: 'Remove bo' }).click();
    await page.getByText('bo is removed.').waitFor();
    await row.waitFor({ state: 'hidden' });
    // What the server refused is in the browser's console, as any failed request; nothing else is.
    expect(errors.filter((each) => !/the server responded with a status of 4(01|22)/.test(each))).toEqual([]);
  });

  it('keeps the last admin', async () => {
    const { page } = await open('eva', 'people');
    const row = page.locator('.person', { hasText: 'eva' });
    await row.locator('summary').click();
    await row.getByRole('button', { name: 'Remove: eva' }).click();
    await row.getByRole('button', { name: 'Remove eva' }).click();
    await row.getByText('There has to be an admin').waitFor();
  });

  it('makes a key, shows it this once, and the key works', async () => {
    const { page } = await open('eva', 'people');
    await page.getByText('Make a key').click();
    await page.locator('#key-name').fill('meter-reader');
    await page.locator('#key-role').selectOption('viewer');
    await page.locator('.sites', { hasText: 'Garage Lund' }).last().getByRole('checkbox').check();
    await page.getByRole('button', { name: 'Make the key' }).click();
    const secret = await page.locator('.secret code').textContent();
    await picture(page, 'people-key');
    const headers = { authorization: `Bearer ${secret}` };
    expect((await fetch(`${given.demo.api}/sites`, { headers })).status).toBe(200);
    await page.reload();
    await page.getByText(/^Viewer, Garage Lund, until/).waitFor();
    expect(await page.locator('body').textContent()).not.toContain(secret ?? '');
    await page.getByRole('button', { name: 'Remove: meter-reader' }).click();
    await page.getByRole('button', { name: 'Remove meter-reader' }).click();
    await page.getByText('meter-reader is removed.').waitFor();
    expect((await fetch(`${given.demo.api}/sites`, { headers })).status).toBe(401);
  });

  it('tells who changed what, from what to what, finds it again, and checks the chain', async () => {
    const { page } = await open('eva', 'audit');
    const added = page.locator('.record', { hasText: 'User changed' });
    await added.getByText('site-operator').waitFor();
    await added.getByText('127.0.0.1').waitFor();
    expect(await page.locator('body').textContent()).not.toContain(password);
    await picture(page, 'audit-desk');
    await page.getByRole('button', { name: 'Check now' }).click();
    await page.getByText(/^\s*Whole: \d+ records\.$/).waitFor();
    expect(await barriers(page)).toEqual([]);
    await page.getByLabel('What', { exact: true }).selectOption('API key added');
    await page.getByRole('button', { name: 'Show' }).click();
    await added.waitFor({ state: 'hidden' });
    await page.locator('.record', { hasText: 'meter-reader' }).waitFor();
    await page.getByLabel('Who', { exact: true }).fill('nobody');
    await page.getByRole('button', { name: 'Show' }).click();
    await page.getByText('Nothing is on record that fits.').waitFor();
  });

  it.each(['people', 'audit'])('fits a phone in Swedish and dark: %s', async (where) => {
    const viewport = { width: 360, height: 740 };
    const { page } = await open('eva', where, { query: '?language=sv', viewport, colorScheme: 'dark' });
    await page.locator('.person, .record').getByText('eva').first().waitFor();
    await picture(page, `${where}-phone`);
    const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
    expect(width).toBeLessThanOrEqual(viewport.width);
    expect(await barriers(page)).toEqual([]);
  });

  it('are not for a viewer, who does not see the way there either', async () => {
    const admin = await fetch(`${given.demo.api}/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'eva', password }),
    });
    const { csrfToken } = (await admin.json()) as { readonly csrfToken: string };
    const cookie = admin.headers.get('set-cookie')?.split(';', 1)[0] ?? '';
    const answer = await fetch(`${given.demo.api}/users`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', cookie, 'x-csrf-token': csrfToken },
      body: JSON.stringify({ name: 'gunnar', role: 'viewer', sites: ['garage'], password }),
    });
    expect(answer.status).toBe(201);
    const { page } = await open('gunnar', 'people');
    await page.getByText('Users and keys are for admins.').waitFor();
    await page.getByRole('link', { name: 'Now' }).waitFor();
    expect(await page.getByRole('link', { name: /People|Audit/ }).count()).toBe(0);
    await page.goto(`${given.demo.url}?language=en#/audit`);
    await page.getByText('The record of changes is for admins and site operators.').waitFor();
  });

  it('are the only ones, with others that change something, which a viewer is not shown', async () => {
    const { page } = await open('gunnar', 'now');
    const shows = async (where: string, text: string): Promise<void> => {
      await page.goto(`${given.demo.url}?language=en#/${where}`);
      await page.getByRole('heading', { name: text }).first().waitFor();
      const changes = page.locator(
        'main form, main button:not(:text-matches("^(Verify|Show|Sv|En|Pause|Save as JSON lines)"))',
      );
      const named = await changes.allTextContents();
      expect([where, named]).toEqual([where, []]);
    };
    await page.locator('.evse').first().waitFor();
    expect(await page.locator('.stopping').count()).toBe(0);
    await shows('limits', 'Limits in force and to come');
    await shows('sessions', 'Running');
    await shows('stations/garage/CP-A1', 'CP-A1');
    await shows('partners', 'Grid operators');
  });
});
