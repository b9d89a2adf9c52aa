import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, onTestFinished, vi } from 'vitest';
import { eventually, freePort, runProgram, type ServiceProcess } from '../app/givenService.ts';
import { describeWith, servers } from '../servers.ts';

const root = resolve(import.meta.dirname, '../..');

/** For a machine that is busy with other things too. */
export const patienceMs = 60_000;

/** Pictures for a person to look at; not part of the sources. */
const pictures = resolve(root, 'figures/console');

/** Those that the documentation shows. They are made anew only where somebody asks for that: no two are the same. */
const documented: ReadonlySet<string> = new Set([
  'setup-kettle',
  'now-curtailed',
  'now-phone',
  'limits-preview',
  'limits-curtailment',
  'plan',
  'stations',
  'sessions',
]);
/** Whether the pictures of the documentation are being made. */
export const isDocumenting = process.env['LASTVAKT_TEST_DOCS_IMAGES'] !== undefined;
const documentedFolder = resolve(root, 'docs/images');

/** What the tests of a suite share. */
interface GivenBrowser {
  readonly demo: GivenDemo;
  readonly browser: Browser;
}

/** A suite against the demo in real Chromium. What is given is there from its first test on. */
export function describeDemo(title: string, body: (given: GivenBrowser) => void): void {
  vi.setConfig({ testTimeout: 3 * patienceMs, hookTimeout: 3 * patienceMs });
  describeWith('chromium', title, () => {
    let started: GivenBrowser | undefined;
    const given = (): GivenBrowser => {
      if (started === undefined) throw new Error('the demo runs from the first test on');
      return started;
    };
    beforeAll(async () => {
      const [demo, browser] = await Promise.all([givenDemo(), openBrowser()]);
      started = { demo, browser };
    });
    afterAll(async () => {
      await started?.browser.close();
      await started?.demo.stop();
    });
    body({
      get demo() {
        return given().demo;
      },
      get browser() {
        return given().browser;
      },
    });
  });
}

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

/**
 * A window of its own until the test is over, whose errors fail the test that asks for them. A live page that is left open
 * draws on and on, and takes the processor from the tests after it.
 */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<{ readonly page: Page; readonly errors: readonly string[] }> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  onTestFinished(() => context.close());
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
  const folders = isDocumenting && documented.has(name) ? [pictures, documentedFolder] : [pictures];
  for (const folder of folders) {
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: join(folder, `${name}.png`) });
  }
}
