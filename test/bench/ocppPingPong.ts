import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { pause } from './benchStation.ts';

/** Different frames of one socket, so that no two calls in a row have the same id. */
const framesPerSocket = 16;

export interface PingPong {
  readonly url: string;
  readonly sockets: number;
  readonly seconds: number;
  /** All sockets together; left out: a call is made again as soon as it is answered. */
  readonly callsPerSecond?: number;
}

/**
 * The answers to one and the same call, made again and again on each socket, one at a time.
 *
 * The frames are made beforehand and written as bytes, so that this side has next to nothing to do, and it never sleeps: to
 * wake it at a write would be half the cost of a call, and would fall on whichever server is slower than this side alone.
 */
export async function pingPong(task: PingPong, action: string, payload: object): Promise<number> {
  const { sockets, seconds, callsPerSecond } = task;
  const pauseMs = callsPerSecond === undefined ? 0 : (1000 * sockets) / callsPerSecond;
  const callers = await Promise.all(
    Array.from({ length: sockets }, async (_, index) => {
      const socket = await opened(new URL(`${task.url}/P${index}`));
      const frames = Array.from({ length: framesPerSocket }, (__, number) =>
        clientFrame(JSON.stringify([2, `${index}-${number}`, action, payload])),
      );
      return caller(socket, frames, pauseMs);
    }),
  );
  const sleep = stayAwake();
  await pause(seconds * 1000);
  sleep();
  return callers.map((stop) => stop()).reduce((sum, calls) => sum + calls, 0);
}

/** Spins until what it returns is called. */
function stayAwake(): () => void {
  let next = setImmediate(turn);
  function turn(): void {
    next = setImmediate(turn);
  }
  return () => clearImmediate(next);
}

/** Calls until it is stopped, which returns how many were answered. */
function caller(socket: Socket, frames: readonly Buffer[], pauseMs: number): () => number {
  let calls = 0;
  let isOpen = false;
  const send = (): void => {
    const frame = frames[calls % frames.length];
    if (isOpen || frame === undefined) return;
    isOpen = true;
    socket.write(frame);
  };
  socket.on('data', (answer) => {
    assertResult(answer);
    calls += 1;
    isOpen = false;
    if (pauseMs === 0) send();
  });
  const timer = pauseMs === 0 ? undefined : setInterval(send, pauseMs);
  send();
  return () => {
    clearInterval(timer);
    socket.removeAllListeners('data').destroy();
    return calls;
  };
}

async function opened({ hostname, port, pathname }: URL): Promise<Socket> {
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  socket.on('error', () => undefined);
  const lines = [
    `GET ${pathname} HTTP/1.1`,
    `Host: ${hostname}:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    'Sec-WebSocket-Protocol: ocpp1.6',
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [answer]: Buffer[] = await once(socket, 'data');
  if (!answer?.toString().startsWith('HTTP/1.1 101')) throw new Error(`no upgrade: ${answer}`);
  return socket;
}

/** One masked text frame of 126 to 65,535 bytes. [RFC 6455 section 5.2] */
function clientFrame(text: string): Buffer {
  const mask = randomBytes(4);
  const body = Buffer.from(text).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
  const head = Buffer.from([0x81, 0x80 | 126, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, mask, body]);
}

/** One call is open on a socket, so what arrives is its answer, whole: two bytes of frame, and then the message. */
function assertResult(answer: Buffer): void {
  const isResult = answer[0] === 0x81 && answer[1] === answer.length - 2 && answer[3] === '3'.charCodeAt(0);
  if (!isResult) throw new Error(`no result of a call: ${answer}`);
}
