import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Download, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { monthOf } from '../../src/console/bills/billMonths.ts';
import { fraction } from '../../src/domain/pricing/fraction.ts';
import type { Cdr } from '../../src/domain/roaming/cdr.ts';
import { cdrFrom } from '../../src/domain/roaming/charge.ts';
import { createLogger } from '../../src/log.ts';
import { billed } from '../../src/ocpi/sessions/chargeBills.ts';
import { kept } from '../../src/ocpi/sessions/keptCharge.ts';
import { cdr as codec } from '../../src/ocpi/v230/cdr.ts';
import { tariff } from '../../src/ocpi/v230/tariff.ts';
import { openStore } from '../../src/store/openStore.ts';
import { type GivenParty, givenParty, retailer } from '../app/ocpiPeers.ts';
import { startCpo } from '../app/partnerCpo.ts';
import { givenCdr, givenCredit } from '../domain/billing/givenCdrs.ts';
import { givenTariff } from '../ocpi/givenCdr.ts';
import { givenCharge } from '../ocpi/givenCharge.ts';
import { describeWith } from '../servers.ts';
import { barriers, openBrowser, openPage, patienceMs, picture } from './browser.ts';

vi.setConfig({ testTimeout: 3 * patienceMs, hookTimeout: 3 * patienceMs });

/** In the middle of the month that was over when this one began, where the retailer is. */
const lastMonthMs = (): number => {
  const [year = 0, month = 0] = monthOf(Date.now(), 'Europe/Stockholm').split('-').map(Number);
  return Date.UTC(year, month - 2, 15, 16);
};
const charge = (change: Partial<Cdr> = {}): Cdr => {
  const startedAtMs = lastMonthMs();
  const party = { countryCode: 'DE', partyId: 'CPO' };
  const token = { ...givenCdr().token, partyId: 'KRA' };
  const times = { startedAtMs, endedAtMs: startedAtMs + 7_200_000, lastUpdatedMs: startedAtMs + 7_200_000 };
  const periods = [
    { startMs: startedAtMs, volumes: [{ dimension: 'ENERGY' as const, volume: fraction(10) }] },
  ];
  return givenCdr({ ...party, ...times, token, periods, ...change });
};

/** Charges at our stations, with the bills that a partner has of them. */
async function chargesOf(partnerId: string, databaseUrl: string, ids: readonly string[]): Promise<void> {
  const store = await openStore(databaseUrl, { log: createLogger('error'), clock: systemClock() });
  const wire = { ...givenTariff('2026-01-01T00:00:00Z'), tax_included: 'NO' };
  for (const id of ids) {
    const owner = { partnerId, sessionId: `CP-A1~${id}` };
    const startedAtMs = lastMonthMs();
    const begun = givenCharge({ id, startedAtMs }, [tariff.read(wire)]);
    const periods = [
      { startMs: startedAtMs, volumes: [{ dimension: 'ENERGY' as const, volume: fraction(20) }] },
    ];
    const session = { ...begun.session, periods, endedAtMs: startedAtMs + 3_600_000 };
    const charge = { ...begun, session };
    await store.saveRoamingObject(kept({ ...owner, createdAtMs: startedAtMs, charge, isDone: true }));
    await billed({ objects: store, nowMs: Date.now() }, owner, cdrFrom(charge, { marks: [] }));
  }
  await store.stop();
}

describeWith('chromium', 'bills', () => {
  let party: GivenParty;
  let operator: Awaited<ReturnType<typeof startCpo>>;
  let browser: Browser;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lastvakt-bills-'));
    const databaseUrl = `sqlite:${join(folder, 'bills.db')}`;
    [party, browser] = await Promise.all([givenParty('KRA', { ...retailer, databaseUrl }), openBrowser()]);
    operator = await startCpo(party, { version: '2.3.0' });
    await chargesOf('fjord', databaseUrl, ['S1', 'S2']);
    const contracts = ['SE-LUE-1', 'SE-LUE-2'];
    for (const [index, contractId] of contracts.entries()) {
      const energyContract = { supplierName: 'Kraft AB', contractId: `EL-${index + 1}` };
      await party.ask('POST', '/retail/tokens', { uid: `CAFE${index}`, contractId, energyContract });
    }
    const other = { ...charge().token, contractId: 'SE-LUE-2' };
    const stranger = { ...charge().token, contractId: 'SE-XXX-9' };
    const charges = [
      charge(),
      charge({ id: 'C2', startedAtMs: lastMonthMs() + 3_600_000 }),
      givenCredit(charge()),
      charge({ id: 'C3', token: other, totalEnergyKwh: fraction('7.25') }),
      charge({ id: 'C4', token: stranger }),
    ];
    for (const each of charges) {
      const { body } = await operator.ask('/receiver/cdrs', 'POST', codec.write(each));
      expect(body.status_code, JSON.stringify(body)).toBe(1000);
    }
  });
  afterAll(async () => {
    await browser?.close();
    operator?.stop();
    await party?.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const open = async (language = 'en', options = {}): Promise<Page> => {
    const { page } = await openPage(browser, options);
    await page.goto(`${party.api}/?language=${language}#/sessions`);
    await page.locator('.bills select').waitFor();
    return page;
  };
  const bills = (page: Page) => page.locator('section.bills');
  const textOf = async (file: Download): Promise<string> => readFileSync(await file.path(), 'utf8');

  it('show what a month would be, close it after asking once more, and tell what is held back', async () => {
    const page = await open();
    await bills(page).getByText('It runs until the end of the month').waitFor();
    expect(await bills(page).getByRole('button', { name: 'Close the month' }).count()).toBe(0);
    await bills(page).getByLabel('Month').selectOption({ index: 1 });
    await bills(page).getByText('Over, and not closed').waitFor();
    await bills(page)
      .getByRole('row', { name: /EL-1 2 1 10\.00\skWh 20\.00 5\.00 25\.00 SEK/ })
      .waitFor();
    await bills(page).getByRole('button', { name: 'Close the month' }).focus();
    await page.keyboard.press('Enter');
    await bills(page).getByRole('button', { name: 'Yes, close it for good' }).waitFor();
    await page.keyboard.press('Enter');
    await bills(page)
      .getByText(/Closed .* by trial\. 4 charges and credits; 0 that ended later/)
      .waitFor();
    expect(
      await bills(page)
        .getByText(/being closed/i)
        .count(),
    ).toBe(0);
    await bills(page).getByText('1 charge is held back').click();
    await bills(page)
      .getByText(/DE CPO C4.*SE-XXX-9/)
      .waitFor();
    await bills(page).scrollIntoViewIfNeeded();
    await picture(page, 'bills');
    expect(await barriers(page)).toEqual([]);
  });

  it('show one contract charge by charge, what was taken back, and find it among others', async () => {
    const page = await open();
    await bills(page).getByLabel('Month').selectOption({ index: 1 });
    await bills(page).getByRole('searchbox', { name: 'Find a contract' }).fill('el-2');
    await bills(page).getByRole('row', { name: /EL-1 / }).waitFor({ state: 'detached' });
    await bills(page).getByRole('searchbox', { name: 'Find a contract' }).fill('');
    await bills(page).getByRole('button', { name: 'EL-1', exact: true }).focus();
    await page.keyboard.press('Enter');
    await bills(page).getByRole('heading', { name: 'Bill of EL-1' }).waitFor();
    expect(await page.evaluate('document.activeElement.textContent')).toBe('Bill of EL-1');
    await bills(page).getByText('takes back C1').waitFor();
    await bills(page)
      .getByRole('row', { name: /In all 25\.00 SEK/ })
      .waitFor();
    await picture(page, 'bills-contract');
    expect(await barriers(page)).toEqual([]);
    await bills(page).getByRole('button', { name: 'All contracts' }).click();
    await bills(page).getByRole('row', { name: /EL-2 / }).waitFor();
  });

  it('are saved as CSV, JSON and a page, of all contracts or of one', async () => {
    const page = await open();
    const month = String(await bills(page).locator('option').nth(1).getAttribute('value'));
    await bills(page).getByLabel('Month').selectOption(month);
    const saved = async (name: string): Promise<Download> => {
      const [file] = await Promise.all([
        page.waitForEvent('download'),
        bills(page).getByRole('button', { name }).click(),
      ]);
      return file;
    };
    const csv = await saved(`Save ${month} as CSV`);
    expect(csv.suggestedFilename()).toBe(`${month}.csv`);
    expect((await textOf(csv)).trim().split('\r\n')).toHaveLength(1 + 4);
    await bills(page).getByRole('button', { name: 'EL-2', exact: true }).click();
    const json = await saved('Save EL-2 as JSON');
    expect(json.suggestedFilename()).toBe(`EL-2-${month}.json`);
    expect(JSON.parse(await textOf(json)).invoices).toMatchObject([
      { contract: 'EL-2', lines: [{ cdr: 'C3' }] },
    ]);
    expect(await textOf(await saved('Save EL-2 as Page to print'))).toContain('<!doctype html>');
  });

  it('that a partner has of us are credited after it was said what will happen, and told rightly', async () => {
    const { page } = await openPage(browser);
    await page.goto(`${party.api}/?language=en#/partners`);
    await page.getByText('What it was billed (CDRs)').click();
    await page.getByRole('row', { name: /S1/ }).waitFor();
    await page.getByRole('button', { name: 'Credit S2' }).focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByText('Say why.').waitFor();
    expect(await page.evaluate('document.activeElement.name')).toBe('reason');
    await page.keyboard.type('the meter was wrong');
    await page.getByLabel('What was really charged, kWh').fill('much');
    await page.keyboard.press('Enter');
    await page.getByText('Give a number such as 12 or 12.5').waitFor();
    await page.getByLabel('What was really charged, kWh').fill('2,5');
    await page.keyboard.press('Enter');
    await page
      .getByText(/fjord is told of a credit of 8\.00 EUR\. It cannot be undone\..* with 2\.50\skWh/)
      .waitFor();
    await picture(page, 'partners-credit');
    expect(await barriers(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await page.getByText('S2 was taken back by S2-C. S2-2 is in its place.').waitFor();
    await page.getByText('takes back S2').waitFor();
    await page.getByRole('button', { name: 'Credit S2', exact: true }).waitFor({ state: 'detached' });
    await page.getByRole('searchbox', { name: 'Find a CDR by its id' }).fill('S1');
    await page.getByRole('row', { name: /S2/ }).first().waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: /^Credit / }).count()).toBe(1);
  });

  it('are credited once: what somebody else was faster with is said in the language in use, on a phone', async () => {
    const { page } = await openPage(browser, { viewport: { width: 360, height: 740 } });
    await page.goto(`${party.api}/?language=sv#/partners`);
    await page.getByText('Vad den har fakturerats (CDR)').click();
    await page.getByRole('button', { name: 'Kreditera S1' }).click();
    await party.ask('POST', '/partners/fjord/cdrs/S1/credit', { reason: 'somebody else' });
    await page.getByLabel('Varför; sparas i loggen').fill('fel mätare');
    await page.getByRole('button', { name: 'Gå vidare' }).click();
    await picture(page, 'partners-credit-phone');
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(360);
    await page.getByRole('button', { name: 'Ja, kreditera den' }).click();
    await page.getByText('Den är redan krediterad.').waitFor();
    expect(await barriers(page)).toEqual([]);
  });

  it.each([
    ['phone', 'light', { width: 360, height: 740 }],
    ['wall', 'dark', { width: 1920, height: 1080 }],
  ] as const)('fit a %s in %s, in Swedish', async (name, colorScheme, viewport) => {
    const page = await open('sv', { colorScheme, viewport });
    await bills(page).getByLabel('Månad').selectOption({ index: 1 });
    await bills(page).getByText('25,00 SEK').first().waitFor();
    await bills(page).getByText('1 laddning hålls tillbaka').click();
    await bills(page).getByText('gäller avtal SE-XXX-9, som ingen av våra förare har haft').waitFor();
    await bills(page).scrollIntoViewIfNeeded();
    await picture(page, `bills-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
    expect(await barriers(page)).toEqual([]);
    await bills(page).getByRole('button', { name: 'EL-1', exact: true }).click();
    await bills(page).getByText('krediterar C1').waitFor();
    await picture(page, `bills-contract-${name}`);
    expect(Number(await page.evaluate('document.documentElement.scrollWidth'))).toBeLessThanOrEqual(
      viewport.width,
    );
  });
});
