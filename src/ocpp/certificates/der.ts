/** One element of DER: what it is, its content, and itself with its head. [ITU-T X.690] */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  readonly whole: Buffer;
}

/** The tags that certificates are made of. */
export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Thrown for bytes that are no DER. */
export class DerError extends Error {}

/** Nothing in a certificate is longer. */
const lengthBytesMax = 3;

/** The elements that these bytes hold, one after the other. Throws `DerError`. */
export function elements(bytes: Buffer): readonly Element[] {
  const found: Element[] = [];
  for (let rest = bytes; rest.length > 0; ) {
    const element = firstElement(rest);
    found.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return found;
}

/** The one element that these bytes are. Throws `DerError`. */
export function element(bytes: Buffer): Element {
  const [only, ...others] = elements(bytes);
  if (only === undefined || others.length > 0) throw new DerError('it is not one element');
  return only;
}

function firstElement(bytes: Buffer): Element {
  const [tag, first] = bytes;
  if (tag === undefined || first === undefined) throw new DerError('it ends too early');
  const lengthBytes = first < 0x80 ? 0 : first - 0x80;
  if ((first >= 0x80 && lengthBytes === 0) || lengthBytes > lengthBytesMax)
    throw new DerError('a length is wrong');
  const start = 2 + lengthBytes;
  if (bytes.length < start) throw new DerError('it ends too early');
  const length = lengthBytes === 0 ? first : bytes.readUIntBE(2, lengthBytes);
  if (bytes.length < start + length) throw new DerError('it ends too early');
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(0, start + length) };
}

/** An element with this content. */
export function write(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 + bytes.length]), bytes]);
}

/** `1.2.840` as it is written. */
export function objectId(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return write(tags.objectId, Buffer.from([40 * first + second, ...rest.flatMap(base128)]));
}

function base128(value: number): readonly number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128))
    digits.unshift(128 + (rest % 128));
  return digits;
}

/** Years before 2050 have two digits. [RFC 5280 section 4.1.2.5] */
export function time(ms: number): Buffer {
  const digits = `${new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replace(/[-:T]/g, '')}Z`;
  return new Date(ms).getUTCFullYear() < 2050
    ? write(tags.utcTime, Buffer.from(digits.slice(2)))
    : write(tags.generalizedTime, Buffer.from(digits));
}
