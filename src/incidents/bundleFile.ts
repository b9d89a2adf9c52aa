import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { readFile, rename, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip, gunzip } from 'node:zlib';
import type { ControlSnapshot } from '../control/snapshot.ts';
import type { BundleEntry, BundleHeader, Instant, PlannedTarget } from './bundle.ts';
import { exactJson, fromExactJson } from './exactJson.ts';

const format = 'lastvakt-incident';
/** Rises with every change that an older program would read wrongly. */
const formatVersion = 1;
/** Unpacked; far above what the recorder keeps. */
const bytesMax = 512 * 1024 * 1024;

/** A file that is no bundle, or not one that can be replayed. The message is for people. */
export class BundleError extends Error {
  readonly code = 'bundle-refused';

  constructor(file: string, why: string) {
    super(`${file} ${why}`);
    this.name = 'BundleError';
  }
}

export interface Bundle {
  readonly header: BundleHeader;
  readonly snapshot: ControlSnapshot;
  readonly targets: readonly PlannedTarget[];
  /** Of the snapshot. */
  readonly startedAt: Instant;
  /** Inputs, targets and ticks, the oldest first. */
  readonly entries: readonly Exclude<BundleEntry, { readonly snapshot: ControlSnapshot }>[];
}

/**
 * Writes a bundle and returns its size in bytes. Under its name there is never half a file. The last line holds a
 * digest of all others: it finds what was cut off or changed by accident, and is no signature.
 */
export async function writeBundle(
  file: string,
  header: BundleHeader,
  lines: readonly string[],
): Promise<number> {
  const part = `${file}.part`;
  await pipeline(
    pieces([exactJson({ format, formatVersion, ...header }), ...lines]),
    createGzip(),
    createWriteStream(part, { mode: 0o600 }),
  );
  const { size } = await stat(part);
  await rename(part, file);
  return size;
}

/** Small enough that the control loop does not notice: it runs in between. */
const pieceLines = 500;

function* pieces(lines: readonly string[]): Generator<string> {
  const hash = createHash('sha256');
  for (let from = 0; from < lines.length; from += pieceLines) {
    const piece = `${lines.slice(from, from + pieceLines).join('\n')}\n`;
    hash.update(piece);
    yield piece;
  }
  yield `${JSON.stringify({ end: { lines: lines.length, sha256: hash.digest('hex') } })}\n`;
}

/** Throws a BundleError that says what is wrong with the file. */
export async function readBundle(file: string): Promise<Bundle> {
  const text = await unpacked(file);
  const [first = ''] = text.split('\n', 1);
  const header = headerOf(file, first);
  const cut = text.lastIndexOf('\n', text.length - 2) + 1;
  const body = text.slice(0, cut);
  const { lines, sha256 } = endOf(text.slice(cut));
  if (sha256 === undefined) throw new BundleError(file, 'is cut short: its last line is missing');
  if (createHash('sha256').update(body).digest('hex') !== sha256)
    throw new BundleError(file, 'was changed after it was written: its digest differs');
  const entries = body
    .split('\n')
    .slice(1, lines)
    // Written by us, as the digest shows.
    .map((line) => fromExactJson(line) as BundleEntry);
  const [start, ...rest] = entries;
  if (start === undefined || !('snapshot' in start))
    throw new BundleError(file, 'does not begin with a snapshot');
  return {
    header,
    snapshot: start.snapshot,
    targets: start.targets,
    startedAt: start.at,
    entries: rest.flatMap((entry) => ('snapshot' in entry ? [] : entry)),
  };
}

async function unpacked(file: string): Promise<string> {
  let packed: Buffer;
  try {
    packed = await readFile(file);
  } catch (error) {
    throw new BundleError(file, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  try {
    return (await promisify(gunzip)(packed, { maxOutputLength: bytesMax })).toString('utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'Z_BUF_ERROR')
      throw new BundleError(file, 'is cut short: the compressed data end too early');
    if (code === 'ERR_BUFFER_TOO_LARGE')
      throw new BundleError(file, `is larger than ${bytesMax} bytes unpacked`);
    throw new BundleError(file, 'is no incident bundle: it is not, or not correctly, compressed by gzip');
  }
}

function headerOf(file: string, line: string): BundleHeader {
  const header = parsed(line);
  if (header?.['format'] !== format)
    throw new BundleError(file, 'is no incident bundle: its first line does not say so');
  if (header['formatVersion'] !== formatVersion)
    throw new BundleError(
      file,
      `is a bundle of format ${String(header['formatVersion'])}, and this program reads ${formatVersion}: ` +
        `replay it with the version that wrote it (${String(header['program'])})`,
    );
  // Whether it was changed is found by the digest.
  return header as unknown as BundleHeader;
}

function endOf(line: string): { readonly lines: number; readonly sha256: string | undefined } {
  const end = parsed(line)?.['end'];
  const { lines, sha256 } = { lines: undefined, sha256: undefined, ...(typeof end === 'object' ? end : {}) };
  return typeof lines === 'number' && typeof sha256 === 'string'
    ? { lines, sha256 }
    : { lines: 0, sha256: undefined };
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = fromExactJson(line);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
