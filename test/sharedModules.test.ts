import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

// A worker keeps a module for its next test file, and runs what stands at its top only for the first one that asks for it.

const atItsTop = /^(?:(?:before|after)(?:Each|All)|onTest\w+|vi\.\w+)\(/m;

it('what several tests share has no hooks at its top: the second file would be without them', () => {
  const shared = readdirSync(import.meta.dirname, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.test\.tsx?$/.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
  expect(shared.length).toBeGreaterThan(100);
  expect(shared.filter((file) => atItsTop.test(readFileSync(file, 'utf8')))).toEqual([]);
});
