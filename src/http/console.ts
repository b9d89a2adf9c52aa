import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import Type from 'typebox';
import type { Plugin } from './plugin.ts';
import { ProblemError } from './problem.ts';

/** One file of the page, ready to be sent. */
interface PageFile {
  readonly type: string;
  readonly body: Buffer;
  readonly zipped: Buffer;
  readonly etag: string;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** Nothing runs, loads or frames that is not of this page; what a station calls itself stays text. */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

const pageHeaders = {
  'content-security-policy': contentPolicy,
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

/** The pages there are, each a document of its own: for operators, and for the first start. */
type Document = 'index.html' | 'setup.html';

/**
 * `GET /` and the files below it: one of the pages, as they were built into `folder`.
 *
 * Every file is read once, at the start, and has a route of its own, so no address can reach any other file of the machine.
 */
export const consolePage =
  (folder: string, document: Document): Plugin =>
  async (api) => {
    const files = pageFiles(folder);
    if (!files.has(document)) {
      api.get('/', hidden, async () => {
        const detail = `the console is not built: run "npm run build", which writes ${folder}`;
        throw new ProblemError('unavailable', { detail });
      });
      return;
    }
    for (const [path, file] of files) {
      const isDocument = path === document;
      if (path.endsWith('.html') && !isDocument) continue;
      // A name that holds a hash of its content never changes it.
      const caching = path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
      api.get(isDocument ? '/' : `/${path}`, hidden, async ({ headers }, reply) => {
        reply.headers({ ...pageHeaders, 'cache-control': caching, etag: file.etag, vary: 'accept-encoding' });
        if (headers['if-none-match'] === file.etag) return reply.code(304).send(nothing);
        const isZipped = /\bgzip\b/.test(String(headers['accept-encoding'] ?? ''));
        if (isZipped) reply.header('content-encoding', 'gzip');
        return reply.type(file.type).send(isZipped ? file.zipped : file.body);
      });
    }
  };

const nothing = Buffer.alloc(0);

/** What is in the page is no secret, and no part of the API. */
const hidden = {
  config: { right: 'open' },
  schema: { hide: true, response: { 200: Type.Unsafe<Buffer>({}), 304: Type.Unsafe<Buffer>({}) } },
} as const;

function pageFiles(folder: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(folder)) return new Map();
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return new Map(
    entries
      .filter((entry) => entry.isFile() && types[extname(entry.name)] !== undefined)
      .map((entry) => join(entry.parentPath, entry.name))
      .map((path) => [relative(folder, path).split(sep).join('/'), pageFile(path)]),
  );
}

function pageFile(path: string): PageFile {
  const body = readFileSync(path);
  return {
    type: types[extname(path)] ?? 'application/octet-stream',
    body,
    zipped: gzipSync(body),
    etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
  };
}
