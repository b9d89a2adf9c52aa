import { describe, expect, it } from 'vitest';
import { allocate } from '../../solver/allocate.ts';
import { ProblemError } from '../../solver/check.ts';
import type { Problem, ProblemCircuit, ProblemEvse } from '../../solver/problem.ts';

const evse: ProblemEvse = {
  ...{ name: 'A1', circuit: 0, wiring: [0], phaseVolts: 230, minAmps: 6, maxAmps: 16, stepAmps: 1 },
  ...{ priority: 0, weight: 1, isOn: false, sinceMs: 0, waitingMs: 0 },
};
const grid: ProblemCircuit = { name: 'grid', parent: -1, limitAmps: [16, 16, 16], limitWatts: Infinity };
const given = (change: Partial<ProblemEvse>, circuit: Partial<ProblemCircuit> = {}): Problem => ({
  circuits: [{ ...grid, ...circuit }],
  evses: [{ ...evse, ...change }],
});

const errorOf = (problem: Problem): unknown => {
  try {
    return allocate(problem);
  } catch (error) {
    return error;
  }
};

describe('the door of the solver', () => {
  it.each([
    ['NOT_A_NUMBER', 'maxAmps', given({ maxAmps: Number.NaN })],
    ['NOT_A_NUMBER', 'waitingMs', given({ waitingMs: Number.NaN })],
    ['OUT_OF_RANGE', 'maxAmps', given({ maxAmps: Infinity })],
    ['OUT_OF_RANGE', 'minAmps', given({ minAmps: -1 })],
    ['OUT_OF_RANGE', 'stepAmps', given({ stepAmps: -1 })],
    ['OUT_OF_RANGE', 'weight', given({ weight: 0 })],
    ['OUT_OF_RANGE', 'phaseVolts', given({ phaseVolts: 0 })],
    ['BAD_REFERENCE', 'circuit', given({ circuit: 1 })],
    ['BAD_WIRING', 'wiring', given({ wiring: [] })],
    ['BAD_WIRING', 'wiring', given({ wiring: [0, 0] })],
  ])('throws %s for %s of an EVSE and names both', (code, field, problem) => {
    const error = errorOf(problem);
    expect(error).toBeInstanceOf(ProblemError);
    expect(error).toMatchObject({ code, field, where: 'A1' });
  });

  it.each([
    ['NOT_A_NUMBER', 'limitAmps[1]', given({}, { limitAmps: [16, Number.NaN, 16] })],
    ['OUT_OF_RANGE', 'limitWatts', given({}, { limitWatts: -1 })],
    ['BAD_REFERENCE', 'parent', given({}, { parent: 0 })],
    ['OUT_OF_RANGE', 'unbalanceAmps', given({}, { unbalanceAmps: -1 })],
  ])('throws %s for %s of a circuit and names both', (code, field, problem) => {
    expect(errorOf(problem)).toMatchObject({ code, field, where: 'grid' });
  });

  it('says what is wrong in words', () => {
    expect(() => allocate(given({ maxAmps: Number.NaN }))).toThrow(
      'A1: maxAmps is NaN, must be a finite number, 0 or more',
    );
  });

  it('takes a limit of zero and a limit that is none', () => {
    expect(allocate(given({}, { limitAmps: [0, Infinity, 16] })).evses[0]).toMatchObject({ amps: 0 });
  });

  it('takes a problem without EVSEs', () => {
    expect(allocate({ circuits: [grid], evses: [] })).toEqual({
      evses: [],
      circuits: [{ unusedAmps: [16, 16, 16], unusedWatts: Infinity }],
    });
  });
});
