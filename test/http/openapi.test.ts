import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { as, givenApi, later } from './givenApi.ts';

type Operation = {
  readonly summary?: string;
  readonly security?: readonly object[];
  readonly responses: Record<string, { readonly content?: Record<string, { readonly schema: object }> }>;
};
type Document = { readonly openapi: string; readonly paths: Record<string, Record<string, Operation>> };

const api = await givenApi();
const document: Document = (await api.inject({ url: '/openapi.json' })).json();
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** A validator of the answers that the document promises. */
const ajv = new Ajv({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...document, $id: 'api' });
const promise = (path: string, method: string, status: string, mediaType: string) => {
  const steps = ['paths', path, method, 'responses', status, 'content', mediaType, 'schema'];
  const pointer = steps.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/');
  return ajv.compile({ $ref: `api#/${encodeURI(pointer)}` });
};

describe('the OpenAPI document', () => {
  it('is version 3.1 and names the version of the service', () => {
    expect(document).toMatchObject({ openapi: '3.1.0', info: { title: 'Lastvakt', version: '1.2.3' } });
  });

  it('describes every route of the contract', () => {
    const routes = operations.map(({ method, path }) => `${method.toUpperCase()} ${path}`);
    expect(routes).toEqual([
      'GET /livez',
      'GET /readyz',
      'GET /openapi.json',
      'GET /metrics',
      'GET /api/v1/sites',
      'GET /api/v1/sites/{site}',
      'POST /api/v1/sites/{site}/stop',
      'DELETE /api/v1/sites/{site}/stop',
      'GET /api/v1/sites/{site}/history',
      'POST /api/v1/sites/{site}/incident',
      'GET /api/v1/sites/{site}/plan',
      'PUT /api/v1/sites/{site}/prices',
      'GET /api/v1/stations/{station}/traits',
      'GET /api/v1/stations/{station}/profiles',
      'GET /api/v1/evses/{evse}/explanation',
      'GET /api/v1/limits',
      'POST /api/v1/limits',
      'DELETE /api/v1/limits/{limit}',
      'POST /api/v1/limits/preview',
      'GET /api/v1/sessions',
      'GET /api/v1/sessions/{session}',
      'PATCH /api/v1/sessions/{session}',
      'GET /api/v1/tokens',
      'POST /api/v1/tokens',
      'DELETE /api/v1/tokens/{token}',
      'GET /api/v1/partners',
      'POST /api/v1/partners',
      'POST /api/v1/partners/{partner}/rotation',
      'DELETE /api/v1/partners/{partner}',
      'GET /api/v1/partners/{partner}/cdrs',
      'POST /api/v1/partners/{partner}/cdrs/{cdr}/credit',
      'GET /api/v1/partners/{partner}/terminals',
      'POST /api/v1/partners/{partner}/terminals',
      'PATCH /api/v1/partners/{partner}/terminals/{terminal}',
      'DELETE /api/v1/partners/{partner}/terminals/{terminal}',
      'GET /api/v1/partners/{partner}/payments',
      'GET /api/v1/sites/{site}/bookings',
      'POST /api/v1/sites/{site}/bookings/{booking}/cancel',
      'GET /api/v1/retail/tokens',
      'POST /api/v1/retail/tokens',
      'GET /api/v1/retail/partners/{partner}/{list}',
      'POST /api/v1/retail/partners/{partner}/commands',
      'GET /api/v1/retail/invoices',
      'GET /api/v1/retail/invoices/{month}',
      'POST /api/v1/retail/invoices/{month}',
      'GET /api/v1/retail/invoices/{month}/contracts',
      'GET /api/v1/users',
      'POST /api/v1/users',
      'PATCH /api/v1/users/{user}',
      'DELETE /api/v1/users/{user}',
      'GET /api/v1/keys',
      'POST /api/v1/keys',
      'DELETE /api/v1/keys/{key}',
      'GET /api/v1/audit',
      'GET /api/v1/audit/verification',
      'POST /api/v1/grid/heartbeat',
      'GET /api/v1/grid',
      'POST /api/v1/grid/{connection}/limits',
      'DELETE /api/v1/grid/{connection}/limits/{externalId}',
      'POST /api/v1/grid/{connection}/heartbeat',
      'POST /api/v1/grid/{connection}/schedules/{name}',
      'GET /api/v1/evidence',
      'GET /api/v1/evidence/verification',
      'GET /api/v1/timeseries',
      'GET /api/v1/stations',
      'GET /api/v1/stations/{station}',
      'GET /api/v1/stations/{station}/faults',
      'GET /api/v1/stations/{station}/commands',
      'GET /api/v1/stations/{station}/reservations',
      'GET /api/v1/stations/{station}/reports',
      'GET /api/v1/stations/{station}/messages',
      'POST /api/v1/stations/{station}/commands/clear-charging-profile',
      'POST /api/v1/stations/{station}/commands/composite-schedule',
      'POST /api/v1/stations/{station}/commands/remote-start',
      'POST /api/v1/stations/{station}/commands/remote-stop',
      'POST /api/v1/stations/{station}/commands/trigger-message',
      'POST /api/v1/stations/{station}/commands/reset',
      'POST /api/v1/stations/{station}/commands/get-configuration',
      'POST /api/v1/stations/{station}/commands/change-configuration',
      'POST /api/v1/stations/{station}/commands/unlock',
      'POST /api/v1/stations/{station}/commands/change-availability',
      'POST /api/v1/stations/{station}/commands/reserve',
      'POST /api/v1/stations/{station}/commands/cancel-reservation',
      'POST /api/v1/stations/{station}/commands/clear-cache',
      'POST /api/v1/stations/{station}/commands/local-list-version',
      'POST /api/v1/stations/{station}/commands/send-local-list',
      'POST /api/v1/stations/{station}/commands/get-log',
      'POST /api/v1/stations/{station}/commands/update-firmware',
      'POST /api/v1/stations/{station}/commands/renew-certificate',
      'POST /api/v1/stations/{station}/commands/install-certificate',
      'POST /api/v1/stations/{station}/commands/list-certificates',
      'POST /api/v1/stations/{station}/commands/delete-certificate',
      'POST /api/v1/stations/{station}/commands/show-message',
      'POST /api/v1/stations/{station}/commands/clear-message',
      'POST /api/v1/stations/{station}/commands/show-cost',
      'POST /api/v1/stations/{station}/commands/rotate-password',
      'POST /api/v1/stations/{station}/commands/{message}',
      'GET /api/v1/stations/{station}/wiring',
      'PUT /api/v1/stations/{station}/wiring',
      'POST /api/v1/login',
      'DELETE /api/v1/login',
      'GET /api/v1/me',
      'PUT /api/v1/me/password',
      'GET /api/v1/events',
    ]);
  });

  it('says of every operation what it does, whether it needs a key, and what a refusal looks like', () => {
    for (const { operation } of operations) {
      expect(operation.summary).toBeTruthy();
      expect(operation.security).toBeDefined();
      expect(Object.keys(operation.responses['default']?.content ?? {})).toEqual([
        'application/problem+json',
      ]);
    }
  });

  it('has no reference that leads nowhere', () => {
    const references = JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g);
    for (const [, pointer = ''] of references) {
      const found = pointer.split('/').reduce<unknown>((node, step) => Object(node)[step], document);
      expect(found, pointer).toBeTypeOf('object');
    }
  });
});

describe('the answers', () => {
  it.each([
    ['GET', '/api/v1/sites', '/api/v1/sites', undefined],
    ['GET', '/api/v1/sites/{site}', '/api/v1/sites/garage', undefined],
    ['GET', '/api/v1/evses/{evse}/explanation', '/api/v1/evses/A1/explanation', undefined],
    ['GET', '/api/v1/limits', '/api/v1/limits', undefined],
    ['POST', '/api/v1/limits', '/api/v1/limits', { site: 'garage', amps: 1, until: later, reason: 'x' }],
    ['GET', '/api/v1/sessions', '/api/v1/sessions', undefined],
    ['PATCH', '/api/v1/sessions/{session}', '/api/v1/sessions/CP-A1~5', { priority: 1 }],
    [
      'POST',
      '/api/v1/stations/{station}/commands/reset',
      '/api/v1/stations/CP-A1/commands/reset',
      { urgency: 'graceful' },
    ],
    ['GET', '/livez', '/livez', undefined],
  ] as const)('of %s %s are what the document promises', async (method, path, url, payload) => {
    const answer = await api.inject({ method, url, headers: as('root'), ...(payload && { payload }) });
    const fits = promise(path, method.toLowerCase(), String(answer.statusCode), 'application/json');
    fits(answer.json());
    expect(fits.errors).toBeNull();
  });

  it('that refuse are what the document promises', async () => {
    const fits = promise('/api/v1/limits', 'post', 'default', 'application/problem+json');
    for (const payload of [{}, { site: 'garage', amps: -1, until: later, reason: 'x' }]) {
      const answer = await api.inject({
        method: 'POST',
        url: '/api/v1/limits',
        headers: as('root'),
        payload,
      });
      fits(answer.json());
      expect(fits.errors).toBeNull();
    }
  });
});
