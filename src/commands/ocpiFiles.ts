import { readFileSync } from 'node:fs';
import type { Codec } from '../ocpi/codec.ts';
import { decoder } from '../ocpi/codec.ts';
import { cdr as cdr221 } from '../ocpi/v221/cdr.ts';
import { session as session221 } from '../ocpi/v221/session.ts';
import { tariff as tariff221 } from '../ocpi/v221/tariff.ts';
import { token as token221 } from '../ocpi/v221/token.ts';
import { cdr as cdr230 } from '../ocpi/v230/cdr.ts';
import { session as session230 } from '../ocpi/v230/session.ts';
import { tariff as tariff230 } from '../ocpi/v230/tariff.ts';
import { token as token230 } from '../ocpi/v230/token.ts';

// Objects of OCPI in files, for the commands that work on them.

/** A wrong command line, or a file that cannot be used: what, where, and what to do. */
export class FileError extends Error {}

const fileMaxBytes = 256 * 1024 * 1024;

/** The JSON of a file. Throws a `FileError`. */
export function jsonOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new FileError(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  if (text.length > fileMaxBytes) throw new FileError(`${file} is larger than ${fileMaxBytes} bytes`);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileError(`${file} is no JSON: ${error instanceof Error ? error.message : error}`);
  }
}

const codecs221 = { tariff: tariff221, session: session221, cdr: cdr221, token: token221 };
const codecs230 = { tariff: tariff230, session: session230, cdr: cdr230, token: token230 };

export type OcpiCodecs = typeof codecs221 | typeof codecs230;

/** The codecs of a version, or of that in which these wires are written. Throws a `FileError`. */
export function codecsOf(version: string | undefined, wires: readonly unknown[]): OcpiCodecs {
  switch (version ?? versionOf(wires)) {
    case '2.2.1':
      return codecs221;
    case '2.3.0':
      return codecs230;
    default:
      throw new FileError(`there is no OCPI version "${version}" here: say 2.2.1 or 2.3.0`);
  }
}

/** 2.3.0 tells taxes in words that 2.2.1 has not. */
const versionOf = (wires: readonly unknown[]): string =>
  /"(tax_included|before_taxes)"/.test(JSON.stringify(wires)) ? '2.3.0' : '2.2.1';

/** What a wire says. Throws a `FileError` with every fault. */
export function readWire<Value>(codec: Codec<Value>, wire: unknown, file: string | undefined): Value {
  const decoded = decoder(codec)(wire);
  if (decoded.status === 'read') return decoded.value;
  const faults = decoded.faults.map(({ path, message }) => `  ${path} ${message}`);
  throw new FileError(`${file} is not what OCPI describes:\n${faults.join('\n')}`);
}
