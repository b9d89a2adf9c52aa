import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { codedRefusal, refusalSentences } from '../../src/http/refusalCodes.ts';
import { compile } from '../../src/schema.ts';
import { as, givenApi } from './givenApi.ts';

const source = resolve(import.meta.dirname, '../../src');
/** All that the service may say, long texts in one piece. */
const said = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('refusalCodes.ts'))
  .map((file) => readFileSync(join(source, file), 'utf8'))
  .join('\n')
  .replaceAll(/['"`]\s*\+\s*['"`]/g, '');

/** In the words of the validator. */
const ofSchemas = ['too-short', 'too-long', 'too-small', 'too-large', 'wrong-form'];
/** Put together of two that are looked for on their own. */
const composed = ['station-not-connected'];
const sentences = Object.entries(refusalSentences);

describe('a refusal with a code', () => {
  it.each(sentences)('%s is known by its sentence, with what stands in it', (code, sentence) => {
    const names = [...sentence.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
    const values = Object.fromEntries(names.map((name, index) => [name, `value ${index}`]));
    const text = sentence.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
    expect(codedRefusal(text, undefined)).toEqual({ code, values });
    expect(codedRefusal(`until ${text}`, 'until')).toEqual({ code, values });
  });

  it.each(sentences.filter(([code]) => ![...ofSchemas, ...composed].includes(code)))(
    '%s is said somewhere in these words',
    (_code, sentence) => {
      // A value may stand in quotes of its own.
      const parts = sentence.split(/\{\w+\}/).map((part) => part.replaceAll(/^"|"$/g, ''));
      for (const part of parts) expect(said.includes(part), part).toBe(true);
    },
  );

  it.each([
    [Type.String({ minLength: 3 }), 'a', { code: 'too-short', values: { count: '3' } }],
    [Type.String({ maxLength: 3 }), 'abcd', { code: 'too-long', values: { count: '3' } }],
    [Type.Number({ minimum: 3 }), 2, { code: 'too-small', values: { least: '3' } }],
    [Type.Number({ maximum: 3 }), 4, { code: 'too-large', values: { most: '3' } }],
    [Type.String({ pattern: '^a$' }), 'b', { code: 'wrong-form', values: { pattern: '^a$' } }],
  ])('is told of a value that its schema refuses: %j', (schema, value, coded) => {
    const validator = compile(schema);
    expect(validator.check(value)).toBe(false);
    expect(codedRefusal(`name ${validator.faults()[0]?.message}`, 'name')).toEqual(coded);
  });

  it('is told over HTTP beside the sentence', async () => {
    const answer = await (await givenApi()).inject({
      ...{ method: 'POST', url: '/api/v1/sites/nowhere/stop', headers: as('root') },
      payload: { reason: 'smoke' },
    });
    expect(answer.json()).toMatchObject({ code: 'site-unknown', values: { site: 'nowhere' } });
  });

  it.each([
    [
      'the station was not asked (superseded by a newer one): ask again when it is connected',
      { code: 'station-away', parts: { why: { code: 'superseded', values: {} } } },
    ],
    [
      'the station was not asked: without "LocalAuthListEnabled" the station would follow no limit',
      {
        code: 'station-kept-back',
        parts: { why: { code: 'setting-of-limits', values: { key: 'LocalAuthListEnabled' } } },
      },
    ],
    [
      'site.yaml has no EVSE A1 any more: write phases: [L2, L3] at EVSE A1 by hand',
      {
        code: 'evse-not-in-file',
        parts: { byHand: { code: 'phases-by-hand', values: { phases: 'L2, L3', evse: 'A1' } } },
      },
    ],
    [
      'the station was not asked (superseded): ask again when it is connected',
      { code: 'station-away', parts: undefined },
    ],
    ['no user "superseded by a newer one": GET /api/v1/users lists who there is', { parts: undefined }],
  ])('tells what stands in it by its code too, where it is a sentence of ours: %s', (sentence, coded) => {
    const { code, parts } = codedRefusal(sentence, undefined) ?? {};
    expect({ code, parts }).toMatchObject(coded);
  });

  it('has none where nobody gave it one', () => {
    expect(codedRefusal('something else', undefined)).toBeUndefined();
  });
});
