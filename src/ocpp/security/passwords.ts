import { createHash, createHmac, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

/**
 * What hashing a password costs: 1 MiB and about 2 ms. Low, because the passwords are random (160 bits of ours, 16 characters
 * and more by the specification) and because ten thousand stations may come back at the same moment.
 */
const blockSize = 8;
const cost = 1024;
const costMax = 2 ** 15;
const saltBytes = 16;
const hashBytes = 32;
/** 40 characters in hexadecimal, the longest that both 1.6 and 2.x take. [OCPP 2.0.1 BasicAuthPassword: 16 to 40] */
const passwordBytes = 20;

const derived = promisify<Buffer, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

/** A new random password. Hexadecimal, because 1.6 has the key written so. */
export const newPassword = (): string => randomBytes(passwordBytes).toString('hex');

/** How a password is kept: `scrypt:<cost>:<salt>:<hash>`. A plain SHA-256 of earlier versions is understood as well. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(saltBytes);
  const hash = await derived(Buffer.from(password), salt, hashBytes, { N: cost, r: blockSize, p: 1 });
  return `scrypt:${cost}:${salt.toString('base64url')}:${hash.toString('base64url')}`;
}

/** Whether the password is the one that was hashed. A hash that cannot be read fits none. */
export async function fits(password: Buffer, stored: string): Promise<boolean> {
  for (const form of writtenForms(password)) if (await isHashOf(form, stored)) return true;
  return false;
}

/**
 * The password as it was sent, and what it is the decoded form of: stations of 1.6 are told their key in hexadecimal
 * and disagree whether to send its text or its bytes. [OCPP-J 1.6 6.2.2; EVerest#2034]
 */
const writtenForms = (password: Buffer): readonly Buffer[] =>
  password.length === passwordBytes ? [password, Buffer.from(password.toString('hex'))] : [password];

async function isHashOf(password: Buffer, stored: string): Promise<boolean> {
  const [scheme, costText, salt = '', hash = ''] = stored.split(':');
  if (scheme !== 'scrypt') return isEqual(sha256(password), Buffer.from(stored, 'hex'));
  const N = Number(costText);
  if (!Number.isInteger(Math.log2(N)) || N < 2 || N > costMax) return false;
  const options = { N, r: blockSize, p: 1, maxmem: 256 * N * blockSize };
  const found = await derived(password, Buffer.from(salt, 'base64url'), hashBytes, options);
  return isEqual(found, Buffer.from(hash, 'base64url'));
}

/**
 * Tells quickly that a password was seen before, as long as this process lives: a station that comes back costs
 * microseconds. The key never leaves the process, so what is remembered is worth nothing elsewhere.
 */
export function passwordMemory(): {
  mark(password: Buffer): Buffer;
  isMark(password: Buffer, mark: Buffer): boolean;
} {
  const key = randomBytes(hashBytes);
  const mark = (password: Buffer): Buffer => createHmac('sha256', key).update(password).digest();
  return { mark, isMark: (password, known) => isEqual(mark(password), known) };
}

const sha256 = (bytes: Buffer): Buffer => createHash('sha256').update(bytes).digest();

const isEqual = (one: Buffer, other: Buffer): boolean =>
  one.length === other.length && timingSafeEqual(one, other);
