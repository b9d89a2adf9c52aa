import { describe, expect, it } from 'vitest';
import { signedDataOf } from '../../src/domain/roaming/signedData.ts';
import type { SignedValue } from '../../src/domain/sessionFact.ts';

const given = (change: Partial<SignedValue> = {}): SignedValue => ({
  ...{ atMs: 0, context: 'Sample.Periodic', data: 'OCMF|{"RD":[]}|{"SD":"30"}' },
  ...{ signingMethod: undefined, encodingMethod: undefined, publicKey: undefined },
  ...change,
});

describe('signed values of a CDR', () => {
  it('are none where the meter signed nothing', () => {
    expect(signedDataOf([])).toBeUndefined();
  });

  it('name how they are encoded, and say of the rest that it is not known', () => {
    expect(signedDataOf([given()])).toMatchObject({ encodingMethod: 'OCMF' });
    expect(signedDataOf([given({ encodingMethod: 'EDL', data: 'AAEC', publicKey: 'MFkw' })])).toEqual({
      ...{ encodingMethod: 'EDL', publicKey: 'MFkw' },
      values: [{ nature: 'Intermediate', plainData: '#NA', signedData: 'AAEC' }],
    });
    expect(signedDataOf([given({ data: 'AAEC' })])).toMatchObject({ encodingMethod: '#NA' });
  });

  it('are left out where a CDR cannot hold them: cut short they would prove nothing', () => {
    const fits = given({ data: 'x'.repeat(5_000) });
    const long = given({ data: 'x'.repeat(5_001) });
    expect(signedDataOf([long, fits])?.values).toHaveLength(1);
    expect(signedDataOf([long])).toBeUndefined();
    const payload = (length: number) => given({ data: `OCMF|{${'x'.repeat(length - 2)}}|{}` });
    expect(signedDataOf([payload(512)])?.values[0]?.plainData).toHaveLength(512);
    expect(signedDataOf([payload(513)])?.values[0]?.plainData).toBe('#NA');
  });

  it('are a hundred at most, the last of them always', () => {
    const many = Array.from({ length: 300 }, (_, index) => given({ data: String(index) }));
    const { values = [] } = signedDataOf([...many, given({ context: 'Transaction.End' })]) ?? {};
    expect([values.length, values.at(-1)?.nature]).toEqual([100, 'End']);
    expect(signedDataOf(many.slice(0, 100))?.values).toHaveLength(100);
  });
});
