import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'vite';

const root = resolve(import.meta.dirname, '../..');

/** Builds the page where the service looks for it, once before all tests, when its sources are newer than it. */
export default async function buildOnce(): Promise<void> {
  const page = join(root, 'dist/console/index.html');
  const sources = [...filesBelow(join(root, 'src/console')), join(root, 'vite.config.ts')];
  const newestMs = Math.max(...sources.map((file) => statSync(file).mtimeMs));
  if (existsSync(page) && statSync(page).mtimeMs > newestMs) return;
  await build({ configFile: join(root, 'vite.config.ts'), logLevel: 'error' });
}

const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
