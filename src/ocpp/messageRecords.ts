/** A message as it passed. */
export interface MessageRecord {
  readonly isSent: boolean;
  /** The whole of it, or its head where it is too large to keep. */
  readonly message: Buffer;
  /** Of the whole, in bytes. */
  readonly length: number;
  readonly atMs: number;
  readonly monotonicMs: number;
}

/** One after the other in bytes outside the heap, so that keeping them gives the collector of garbage nothing to do. */
interface Half {
  readonly bytes: Buffer;
  usedBytes: number;
}

/** One record: when on both clocks, the length of the whole message, the bytes kept of it, whether we sent it; then those bytes. */
const at = { wall: 0, monotonic: 8, length: 16, keptBytes: 20, isSent: 24, message: 25 } as const;
/** Of a message that is too large to keep: its type, id and action. */
const headLength = 128;

/**
 * The newest messages in so many bytes: at least half of them, and the other half while it is being filled.
 *
 * Taking one down costs a copy of it.
 */
export class MessageRecords {
  #halfBytes: number;
  #older: Half | undefined;
  #newer: Half | undefined;

  constructor(maxBytes: number) {
    this.#halfBytes = Math.floor(maxBytes / 2);
  }

  /** Whether there is room for it, or for its head. */
  add({ isSent, message, atMs, monotonicMs }: Omit<MessageRecord, 'length'>): boolean {
    const isTooLarge = at.message + message.length > this.#halfBytes;
    const kept = isTooLarge ? message.subarray(0, headLength) : message;
    const size = at.message + kept.length;
    if (size > this.#halfBytes) return false;
    const half = this.#withRoomFor(size);
    const { bytes, usedBytes: start } = half;
    bytes.writeDoubleLE(atMs, start + at.wall);
    bytes.writeDoubleLE(monotonicMs, start + at.monotonic);
    bytes.writeUInt32LE(message.length, start + at.length);
    bytes.writeUInt32LE(kept.length, start + at.keptBytes);
    bytes.writeUInt8(isSent ? 1 : 0, start + at.isSent);
    bytes.set(kept, start + at.message);
    half.usedBytes = start + size;
    return true;
  }

  /** The oldest first. */
  all(): readonly MessageRecord[] {
    const halves = [this.#older, this.#newer].filter((half) => half !== undefined);
    return halves.flatMap((half) => startsIn(half).map((start) => recordAt(half, start)));
  }

  /** Keeps what of the newest has room. */
  fitInto(maxBytes: number): void {
    this.#halfBytes = Math.floor(maxBytes / 2);
    this.#older = undefined;
    this.#newer = this.#newer && newestOf(this.#newer, this.#halfBytes);
  }

  #withRoomFor(bytes: number): Half {
    const newer = this.#newer;
    if (newer !== undefined && newer.usedBytes + bytes <= newer.bytes.length) return newer;
    const next = this.#older ?? { bytes: Buffer.allocUnsafeSlow(this.#halfBytes), usedBytes: 0 };
    next.usedBytes = 0;
    this.#older = newer;
    this.#newer = next;
    return next;
  }
}

/** Where each record begins. */
function startsIn({ bytes, usedBytes }: Half): readonly number[] {
  const starts: number[] = [];
  for (let start = 0; start < usedBytes; start += at.message + bytes.readUInt32LE(start + at.keptBytes))
    starts.push(start);
  return starts;
}

function recordAt({ bytes }: Half, start: number): MessageRecord {
  const messageStart = start + at.message;
  return {
    atMs: bytes.readDoubleLE(start + at.wall),
    monotonicMs: bytes.readDoubleLE(start + at.monotonic),
    length: bytes.readUInt32LE(start + at.length),
    isSent: bytes.readUInt8(start + at.isSent) === 1,
    message: bytes.subarray(messageStart, messageStart + bytes.readUInt32LE(start + at.keptBytes)),
  };
}

function newestOf(half: Half, size: number): Half {
  const { usedBytes } = half;
  const start = startsIn(half).find((each) => usedBytes - each <= size) ?? usedBytes;
  const bytes = Buffer.allocUnsafeSlow(size);
  half.bytes.copy(bytes, 0, start, usedBytes);
  return { bytes, usedBytes: usedBytes - start };
}
