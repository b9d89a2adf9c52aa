import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const folder = resolve(import.meta.dirname, '../../dist/console');
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
const text = (file: string): string => readFileSync(join(folder, file), 'utf8');

describe('the built console', () => {
  it('has at most 120 kB of JavaScript as it goes over the wire', () => {
    const zippedBytes = files
      .filter((file) => file.endsWith('.js'))
      .reduce((sum, file) => sum + gzipSync(text(file)).length, 0);
    expect(zippedBytes).toBeGreaterThan(10_000);
    expect(zippedBytes).toBeLessThanOrEqual(120_000);
  });

  it('needs nothing from elsewhere, and has no script or style within the document', () => {
    const page = text('index.html');
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toMatch(/<style|style="|<script(?![^>]*\bsrc=)|\bon\w+="/);
  });
});
