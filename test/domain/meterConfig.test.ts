import { describe, expect, it } from 'vitest';
import { meterConfig, meterFaults } from '../../src/domain/meterConfig.ts';
import { compileConfig } from '../../src/schema.ts';

const schema = compileConfig(meterConfig);

/** Every fault of a meter's settings, from the schema and beyond it. */
function faultsOf(
  change: Record<string, unknown>,
): readonly { readonly path: string; readonly message: string }[] {
  const meter: unknown = { topic: 'meters/grid', ...change };
  return schema.check(meter) ? meterFaults(meter) : schema.faults();
}

const withField = (field: Record<string, unknown>, source: Record<string, unknown> = {}) => ({
  mapping: [{ ...source, fields: [{ phase: 'L1', unit: 'A', ...field }] }],
});

describe('the settings of a meter', () => {
  it('need a topic only', () => {
    const meter: unknown = { topic: 'meters/grid' };
    expect(schema.check(meter)).toBe(true);
    expect(meter).toEqual({
      topic: 'meters/grid',
      measures: 'total',
      hasGeneration: false,
      maxAgeS: 15,
      maxClockErrorS: 60,
      maxPlausibleAmps: 2000,
    });
  });

  it.each([
    ['a topic with a wildcard', { topic: 'meters/#' }, '/topic'],
    ['an unknown preset', { preset: 'fronius' }, '/preset'],
    ['a pointer without a slash', withField({ pointer: 'amps' }), '/mapping/0/fields/0/pointer'],
    ['a pointer with a bare tilde', withField({ pointer: '/a~b' }), '/mapping/0/fields/0/pointer'],
    ['an unknown unit', withField({ unit: 'MW' }), '/mapping/0/fields/0/unit'],
    ['no age at all', { maxAgeS: 0 }, '/maxAgeS'],
    ['preset beside mapping', { preset: 'generic', ...withField({}) }, '/mapping'],
    ['a current of all phases', withField({ phase: 'total' }), '/mapping/0/fields/0/phase'],
    ['an unsigned power', withField({ unit: 'W', sign: 'unsigned' }), '/mapping/0/fields/0/sign'],
    ['an export of amperes', withField({ minus: '/x' }), '/mapping/0/fields/0/minus'],
    ['a scale of nothing', withField({ scale: 0 }), '/mapping/0/fields/0/scale'],
    [
      'a pointer into a number',
      withField({ pointer: '/x' }, { codec: 'number' }),
      '/mapping/0/fields/0/pointer',
    ],
    [
      'two values in a number',
      {
        mapping: [
          {
            codec: 'number',
            fields: [
              { phase: 'L1', unit: 'A' },
              { phase: 'L2', unit: 'A' },
            ],
          },
        ],
      },
      '/mapping/0/fields',
    ],
  ])('cannot be %s', (_what, change, path) => {
    expect(faultsOf(change)).toMatchObject([{ path }]);
  });

  it('may map the sum over the phases from import and export', () => {
    expect(faultsOf(withField({ phase: 'total', unit: 'kW', pointer: '/in', minus: '/out' }))).toEqual([]);
  });
});
