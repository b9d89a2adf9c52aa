import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';
import { parse } from 'yaml';
import type { Vtn, VtnExchange } from '../../../src/sim/vtn/vtnServer.ts';
import type { VtnVersion } from '../../../src/sim/vtn/vtnStore.ts';
import { sharedFolder } from '../../servers.ts';

// The published OpenAPI documents as judges of what both sides send.

const files: Readonly<Record<VtnVersion, string>> = {
  '3.0.1': 'openadr3-3.0.1.yaml',
  '3.1': 'openadr3-3.1.0.yaml',
};

export type Contract = (schema: string, value: unknown) => readonly string[];

/** Faults of a value by a schema of the document; undefined where the document is not there. */
export function contractOf(version: VtnVersion): Contract | undefined {
  if (sharedFolder === undefined) return undefined;
  const document = parse(readFileSync(`${sharedFolder}/specs/openadr/${files[version]}`, 'utf8'));
  const ajv = new Ajv({ strict: false, validateSchema: false, formats: { float: true, int32: true } });
  addFormatsModule.default(ajv);
  ajv.addSchema({ components: { schemas: withoutBooleanBounds(document.components.schemas) } }, 'openadr');
  return (schema, value) => {
    const validate = ajv.compile({ $ref: `openadr#/components/schemas/${schema}` });
    validate(value);
    return (validate.errors ?? []).map(({ instancePath, message }) => `${schema}${instancePath} ${message}`);
  };
}

/** OpenAPI 3.0 says `exclusiveMaximum: true` where JSON Schema has a number. */
const withoutBooleanBounds = (schemas: unknown): unknown =>
  JSON.parse(JSON.stringify(schemas, (key, value) => (key === 'exclusiveMaximum' ? undefined : value)));

interface Shapes {
  readonly request?: string;
  readonly answer?: string;
  readonly isList?: boolean;
}

/** What a path takes and gives. VENs and resources of 3.1 are judged without their metadata: the two cannot both hold. */
function shapesOf(version: VtnVersion, { method, path, status }: VtnExchange): Shapes {
  if (status >= 400) return { answer: path === '/auth/token' ? 'authError' : 'problem' };
  const [, first = '', second, third, fourth] = path.split('/');
  if (path === '/auth/token')
    return { request: 'clientCredentialRequest', answer: 'clientCredentialResponse' };
  if (path === '/auth/server') return { answer: 'authServerInfo' };
  if (path === '/notifiers') return { answer: 'notifiersResponse' };
  if (first === 'notifiers') return { answer: 'notifierTopicsResponse' };
  const isNested = third === 'resources';
  const kind = (isNested ? third : first).replace(/s$/, '');
  const isList = method === 'GET' && (isNested ? fourth : second) === undefined;
  if (version === '3.0.1') return { request: kind, answer: kind, isList };
  const bl: Readonly<Record<string, string>> = { ven: 'BlVenRequest', resource: 'BlResourceRequest' };
  return { request: `${kind}Request`, answer: bl[kind] ?? kind, isList };
}

/** Everything that was wrong with what went over the wire. */
export function wireFaults(vtn: Vtn, version: VtnVersion, contract: Contract): readonly string[] {
  const ofExchanges = vtn.exchanges.flatMap((each) => {
    const { request, answer, isList } = shapesOf(version, each);
    const where = `${each.method} ${each.path} ${each.status}: `;
    const sent = request !== undefined && each.body !== undefined ? contract(request, each.body) : [];
    const given = isList === true && Array.isArray(each.answer) ? each.answer : [each.answer];
    const got = answer === undefined ? [] : given.flatMap((one) => contract(answer, one));
    return [...sent, ...got].map((fault) => where + fault);
  });
  const ofNotices = vtn.notices.flatMap(({ body }) => contract('notification', body));
  return [...ofExchanges, ...ofNotices];
}
