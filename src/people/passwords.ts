import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { inTurn } from '../domain/inTurn.ts';

/** What hashing costs: `128 × N × r` bytes, `p` times one after the other. */
export interface PasswordCost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB, and about a quarter of a second of one core of a small computer. People choose their passwords; stations do not. */
const standardCost: PasswordCost = { N: 2 ** 15, r: 8, p: 3 };
const memoryMaxBytes = 256 * 1024 * 1024;
const saltBytes = 16;
const hashBytes = 32;

const derived = promisify<
  string,
  Buffer,
  number,
  { N: number; r: number; p: number; maxmem: number },
  Buffer
>(scrypt);

export interface Passwords {
  /** As `scrypt:N:r:p:salt:hash`. */
  hash(password: string): Promise<string>;
  /** Whether it is the one that was hashed. `undefined` fits none and takes as long. */
  fits(password: string, hash: string | undefined): Promise<boolean>;
}

/** Hashes and checks one password at a time: the threads it uses are those that read files and look up names too. */
export function passwordHashing(cost: PasswordCost = standardCost): Passwords {
  const next = inTurn();
  // In the place of the hash of somebody we do not know.
  const nobody = format(cost, randomBytes(saltBytes), randomBytes(hashBytes));
  return {
    hash: (password) =>
      next(async () => {
        const salt = randomBytes(saltBytes);
        return format(cost, salt, await derived(normal(password), salt, hashBytes, withMemory(cost)));
      }),
    fits: (password, hash = nobody) => next(() => isHashOf(password, hash)),
  };
}

const format = ({ N, r, p }: PasswordCost, salt: Buffer, hash: Buffer): string =>
  `scrypt:${N}:${r}:${p}:${salt.toString('base64url')}:${hash.toString('base64url')}`;

const withMemory = (cost: PasswordCost): PasswordCost & { readonly maxmem: number } => ({
  ...cost,
  // Twice what it needs: OpenSSL counts a little beside.
  maxmem: 256 * cost.N * cost.r,
});

/** A hash that cannot be read fits none. */
async function isHashOf(password: string, stored: string): Promise<boolean> {
  const [scheme, n, blocks, times, salt = '', hash = ''] = stored.split(':');
  const cost = { N: Number(n), r: Number(blocks), p: Number(times) };
  const isUsable = Number.isInteger(Math.log2(cost.N)) && cost.N >= 2 && cost.r >= 1 && cost.p >= 1;
  if (scheme !== 'scrypt' || !isUsable || 256 * cost.N * cost.r > memoryMaxBytes) return false;
  const wanted = Buffer.from(hash, 'base64url');
  if (wanted.length !== hashBytes) return false;
  const found = await derived(normal(password), Buffer.from(salt, 'base64url'), hashBytes, withMemory(cost));
  return timingSafeEqual(found, wanted);
}

/** Keyboards write the same letter in different ways. */
const normal = (password: string): string => password.normalize('NFKC');
