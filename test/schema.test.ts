import Type from 'typebox';
import { describe, expect, it } from 'vitest';
import { compile, lateMaking } from '../src/schema.ts';

describe('a schema', () => {
  it('is compiled once, when it is needed, or with all others before a service serves', () => {
    const schemas = lateMaking();
    const made: string[] = [];
    const making = (name: string) =>
      schemas.onceNeeded(() => {
        made.push(name);
        return name;
      });
    const needed = making('needed');
    making('loaded');
    expect([needed(), needed(), made]).toEqual(['needed', 'needed', ['needed']]);
    schemas.makeAll();
    expect(made).toEqual(['needed', 'loaded']);
    making('later');
    expect(made).toEqual(['needed', 'loaded', 'later']);
    schemas.makeAll();
    expect(made).toHaveLength(3);
  });

  it('says what is wrong with the value just refused, and nothing of one that passed', () => {
    const validator = compile(Type.Object({ amps: Type.Number() }));
    expect(validator.check({ amps: '6' })).toBe(false);
    expect(validator.faults()).toEqual([{ path: '/amps', message: 'must be number' }]);
    expect(validator.check({ amps: 6 })).toBe(true);
    expect(validator.faults()).toEqual([]);
  });
});
