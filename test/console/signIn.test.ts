import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { barriers, describeDemo, openPage, picture } from './browser.ts';

const password = 'correct horse, battery';

describeDemo('signing in at the console', (given) => {
  beforeAll(async () => {
    // The first user ends the trial, so that everybody has to sign in.
    const body = JSON.stringify({ name: 'eva', role: 'admin', password });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${given.demo.api}/users`, { method: 'POST', headers, body });
    expect(answer.status).toBe(201);
  });

  const open = async (query = '?language=en', options = {}): Promise<Page> => {
    const { page } = await openPage(given.browser, options);
    await page.goto(`${given.demo.url}${query}`);
    await page.locator('#sign-in-name').waitFor();
    return page;
  };
  const signIn = async (page: Page, secret = password): Promise<void> => {
    await page.getByLabel('User name').fill('eva');
    await page.getByLabel('Password', { exact: true }).fill(secret);
    await page.keyboard.press('Enter');
  };
  const isFocused = (page: Page, id: string) => page.waitForFunction(`document.activeElement.id === '${id}'`);

  it('explains what is missing or wrong at its field, and puts the cursor there', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Give your user name.').waitFor();
    await isFocused(page, 'sign-in-name');
    await signIn(page, 'something else');
    await page.getByText('User name or password is wrong.').waitFor();
    await isFocused(page, 'sign-in-password');
    const field = page.getByLabel('Password', { exact: true });
    expect(await field.getAttribute('aria-describedby')).toBe('sign-in-password-fault');
    expect(await barriers(page)).toEqual([]);
    await picture(page, 'sign-in-wrong');
  });

  it('opens the page Now, says who one is, and stays signed in over a reload', async () => {
    const page = await open();
    await signIn(page);
    await page.locator('.evse').first().waitFor();
    await page.reload();
    await page.locator('.evse').first().waitFor();
    await page.locator('summary', { hasText: 'eva' }).click();
    await page.getByText('Admin, all sites').waitFor();
    await picture(page, 'account');
    expect(await barriers(page)).toEqual([]);
    // The secret of the login is out of every script's reach.
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  it('ends with signing out, after which the page shows nothing of the site', async () => {
    const page = await open();
    await signIn(page);
    await page.locator('.evse').first().waitFor();
    await page.locator('summary', { hasText: 'eva' }).click();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.locator('#sign-in-name').waitFor();
    expect(await page.locator('body').textContent()).not.toContain('Garage Lund');
    await page.reload();
    await page.locator('#sign-in-name').waitFor();
  });

  it('works with an API key too, and says that a key was refused', async () => {
    const page = await open();
    await page.getByText('Use an API key instead').click();
    await page.getByLabel('API key').fill('not a key');
    await page.getByRole('button', { name: 'Open' }).click();
    await page.getByText('This key was refused.').waitFor();
    await page.getByLabel('API key').waitFor();
    // A wrong key does not stand in the way of a password.
    await signIn(page);
    await page.locator('.evse').first().waitFor();
  });

  it.each([
    ['phone', 'light', { width: 360, height: 740 }],
    ['desk', 'dark', { width: 1280, height: 900 }],
  ] as const)('is in Swedish, fits a %s in %s and keeps nobody out', async (name, colorScheme, viewport) => {
    const page = await open('?language=sv', { colorScheme, viewport });
    await page.getByRole('heading', { name: 'Logga in' }).waitFor();
    await picture(page, `sign-in-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
  });

  // The last one: the password is another afterwards.
  it('lets one change the own password, and refuses a wrong present one at its field', async () => {
    const page = await open();
    await signIn(page);
    await page.locator('summary', { hasText: 'eva' }).click();
    await page.getByText('Change password').click();
    await page.getByLabel('Present password').fill('not this one');
    await page.getByLabel('New password').fill('staple and a stapler');
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByText('This is not your password.').waitFor();
    await isFocused(page, 'own-current');
    await page.getByLabel('Present password').fill(password);
    await page.getByRole('button', { name: 'Change', exact: true }).click();
    await page.getByText('The password is changed.').waitFor();
    await picture(page, 'own-password');
    await page.reload();
    await page.locator('.evse').first().waitFor();
  });
});
