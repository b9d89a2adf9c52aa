import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { HttpServer } from '../../src/http/listening.ts';
import { startSetupServer } from '../../src/http/setup/setupServer.ts';
import { createLogger } from '../../src/log.ts';

let server: HttpServer | undefined;
afterEach(async () => {
  await server?.stop();
  server = undefined;
});

async function given(): Promise<number> {
  const consoleFolder = mkdtempSync(join(tmpdir(), 'lastvakt-page-'));
  writeFileSync(join(consoleFolder, 'index.html'), 'the console');
  writeFileSync(join(consoleFolder, 'setup.html'), 'the first start');
  const ports = {
    clock: systemClock(),
    log: createLogger('silent'),
    facts: () => ({ file: '/srv/lastvakt.yaml', addresses: ['127.0.0.1'] }),
    listen: async () => {},
    heard: () => undefined,
    judge: async () => ({ faults: [], report: 'fits', failsafeAmps: 6 }),
    write: async () => ({ status: 'refused', field: 'name', why: 'it is taken' }) as const,
  };
  server = await startSetupServer({ port: 0, consoleFolder }, ports);
  return server.port;
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

const ask = (port: number, path: string, { method = 'GET', headers = {}, body = '' } = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port, path, method, headers }, (answer) => {
      let text = '';
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      answer.on('end', () => resolve({ status: answer.statusCode, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });

describe('the server of the first start', () => {
  it('listens on this machine only, and has its own page at /', async () => {
    const port = await given();
    expect(server?.address).toBe('127.0.0.1');
    expect(await ask(port, '/')).toEqual({ status: 200, text: 'the first start' });
    expect((await ask(port, '/index.html')).status).toBe(404);
    expect((await ask(port, '/api/v1/setup')).status).toBe(200);
  });

  it.each([
    ['a web page of another origin', { host: '127.0.0.1', origin: 'https://evil.example' }],
    ['a name that some DNS server points at this machine', { host: 'evil.example' }],
  ])('takes nothing from %s', async (_who, headers) => {
    const port = await given();
    expect((await ask(port, '/api/v1/setup', { headers })).status).toBe(403);
    expect((await ask(port, '/api/v1/setup', { method: 'POST', headers, body: '{}' })).status).toBe(403);
  });

  it('tells what is wrong with a draft, and where', async () => {
    const port = await given();
    const headers = { 'content-type': 'application/json' };
    const meter = {
      broker: { url: 'mqtt://127.0.0.1' },
      preset: 'abacus',
      topic: 'a',
      turned: [],
      hasGeneration: false,
    };
    const answer = await ask(port, '/api/v1/setup/meter', {
      method: 'PUT',
      headers,
      body: JSON.stringify(meter),
    });
    expect([answer.status, JSON.parse(answer.text)]).toMatchObject([400, { field: 'preset' }]);
    expect((await ask(port, '/api/v1/setup/meter')).status).toBe(404);
  });
});
