import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** Final, text, not masked: as a server sends a message that is not in pieces. [RFC 6455 section 5.2] */
const wholeText = 0x81;
/** From so many bytes on a length takes two bytes of its own, and then eight. [RFC 6455 section 5.2] */
const longFrom = 126;
const longerFrom = 0x10000;

/**
 * A WebSocket that hands the system each message in one piece. ws hands it the head of a frame and its body as two, which
 * costs more than to put a small body behind its head.
 */
export class StationSocket extends WebSocket {
  /** What it was upgraded on. */
  wire: Duplex | undefined;

  /** A text in UTF-8. Takes nothing once the connection is being closed. */
  sendText(message: Buffer): void {
    if (this.readyState === WebSocket.OPEN) this.wire?.write(textFrame(message));
  }
}

/** A message as one frame. */
export function textFrame(message: Buffer): Buffer {
  const { length } = message;
  const headLength = length < longFrom ? 2 : length < longerFrom ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = wholeText;
  if (headLength === 2) frame[1] = length;
  else if (headLength === 4) {
    frame[1] = longFrom;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = longFrom + 1;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(message, headLength);
  return frame;
}
