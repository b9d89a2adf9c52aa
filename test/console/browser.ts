import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { eventually, freePort, runProgram, type ServiceProcess } from '../app/givenService.ts';
import { servers } from '../servers.ts';

const root = resolve(import.meta.dirname, '../..');

/** For a machine that is busy with other things too. */
export const patienceMs = 60_000;

/** Pictures for a person to look at; not part of the sources. */
const pictures = resolve(root, 'figures/console');

/** The demo with the page, as `npm start` runs it. */
export interface GivenDemo {
  readonly url: string;
  readonly api: string;
  stop(): Promise<void>;
}

export async function givenDemo(): Promise<GivenDemo> {
  const port = await freePort();
  const program: ServiceProcess = runProgram(['demo', '--port', String(port)]);
  const url = `http://127.0.0.1:${port}/`;
  await eventually(async () => ((await fetch(`${url}readyz`)).ok ? true : undefined), patienceMs);
  return {
    url,
    api: `${url}api/v1`,
    async stop() {
      program.child.kill('SIGKILL');
      await program.exited;
    },
  };
}

export const openBrowser = (): Promise<Browser> =>
  // Chromium's own sandbox does not work for root, which is who runs the checks in containers.
  chromium.launch({ executablePath: servers.chromium ?? 'chromium', args: ['--no-sandbox'] });

/** A window of its own, whose errors fail the test that asks for them. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly errors: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patienceMs);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  return { page, errors };
}

/** What axe finds that keeps somebody from using the page, as lines. */
export async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    // What the script above leaves in the window.
    const { axe } = globalThis as unknown as { axe: typeof import('axe-core') };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    const { violations } = await axe.run({ runOnly: { type: 'tag', values: tags } });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ''}`));
  });
}

export async function picture(page: Page, name: string): Promise<void> {
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, `${name}.png`) });
}
