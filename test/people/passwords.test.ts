import { describe, expect, it } from 'vitest';
import { passwordHashing } from '../../src/people/passwords.ts';

const cheap = { N: 16, r: 1, p: 1 };

describe('a hashed password', () => {
  it('says how it was hashed, is salted, and fits only itself', async () => {
    const { hash, fits } = passwordHashing();
    const [first, second] = [await hash('correct horse'), await hash('correct horse')];
    expect(first).toMatch(/^scrypt:32768:8:3:[A-Za-z0-9_-]{22}:[A-Za-z0-9_-]{43}$/);
    expect(first).not.toBe(second);
    expect(await fits('correct horse', first)).toBe(true);
    expect(await fits('Correct horse', first)).toBe(false);
    expect(await fits('', first)).toBe(false);
  });

  it('fits still after the cost was changed', async () => {
    const old = await passwordHashing(cheap).hash('correct horse');
    expect(await passwordHashing({ N: 32, r: 2, p: 1 }).fits('correct horse', old)).toBe(true);
  });

  it('fits however the keyboard writes its letters', async () => {
    const { hash, fits } = passwordHashing(cheap);
    expect(await fits('smo\u0308rga\u030as', await hash('sm\u00f6rg\u00e5s'))).toBe(true);
  });

  it.each([
    ['nobody', undefined],
    ['an empty text', ''],
    ['a plain hash', 'a'.repeat(64)],
    ['more memory than we give', `scrypt:${2 ** 22}:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`],
    ['a cost that is no power of two', `scrypt:1000:8:1:${'A'.repeat(22)}:${'A'.repeat(43)}`],
    ['a hash of no length', 'scrypt:16:1:1:AAAA:'],
  ])('is not fitted by any where it is %s', async (_what, stored) => {
    expect(await passwordHashing(cheap).fits('', stored)).toBe(false);
  });
});
