import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { givenApi, givenPorts } from './givenApi.ts';

/** A page of two files, beside something that is nobody's business. */
function givenPage(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'lastvakt-page-')), 'console');
  mkdirSync(join(folder, 'assets'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Lastvakt</title>');
  writeFileSync(join(folder, 'assets/index-Ab12.js'), `export const text = '${'long '.repeat(100)}';`);
  writeFileSync(join(folder, '../secret.js'), 'secret');
  return folder;
}

const get = async (url: string, headers: Record<string, string> = {}, consoleFolder = givenPage()) =>
  (await givenApi(givenPorts(), { consoleFolder })).inject({ url, headers });

describe('the console at /', () => {
  it('is there without a key, and may run and load only what is its own', async () => {
    const page = await get('/');
    expect(page.statusCode).toBe(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    const policy = String(page.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'x-frame-options': 'DENY',
      'cache-control': 'no-cache',
    });
  });

  it('sends what carries a hash in its name zipped, and lets browsers keep it', async () => {
    const script = await get('/assets/index-Ab12.js', { 'accept-encoding': 'gzip, br' });
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'content-encoding': 'gzip',
      'cache-control': 'public, max-age=31536000, immutable',
    });
    expect(script.rawPayload.length).toBeLessThan(300);
  });

  it('sends nothing again that the browser has', async () => {
    const folder = givenPage();
    const etag = String((await get('/', {}, folder)).headers.etag);
    const again = await get('/', { 'if-none-match': etag }, folder);
    expect(again.statusCode).toBe(304);
    expect(again.payload).toBe('');
  });

  it.each(['/../secret.js', '/assets/..%2f..%2fsecret.js', '/secret.js', '/assets/'])(
    'has nothing but its own files: %s',
    async (url) => {
      expect((await get(url)).statusCode).toBe(404);
    },
  );

  it('says what to do where it was not built', async () => {
    const answer = await get('/', {}, '/nowhere');
    expect(answer.statusCode).toBe(503);
    expect(answer.json().detail).toContain('run "npm run build"');
  });

  it('is no part of the API', async () => {
    expect(Object.keys((await get('/openapi.json')).json().paths)).not.toContain('/');
  });
});
