import { once } from 'node:events';
import type { SecureContextOptions } from 'node:tls';
import { WebSocket } from 'ws';
import { eventually } from '../eventually.ts';

/** This moment, as stations write it: what is told of another day is not taken for what flows now. */
export const nowText = (): string => new Date().toISOString();

export interface RawStationOptions {
  readonly port: number;
  /** What follows the host in the URL. */
  readonly path?: string;
  readonly protocols?: readonly string[];
  readonly password?: string;
  readonly user?: string;
  /** The whole header, where no password makes it. */
  readonly authorization?: string;
  readonly autoPong?: boolean;
  /** Connects by TLS and trusts this certificate. */
  readonly certPem?: string;
  /** Its own certificate. */
  readonly own?: { readonly cert: string; readonly key: string };
  /** The address it comes from, another one of loopback. */
  readonly localAddress?: string;
  readonly tls?: SecureContextOptions;
}

/** A station that sends exactly the frames it is told to, right or wrong. */
export interface RawStation {
  readonly socket: WebSocket;
  /** Everything that was received, parsed, oldest first. */
  readonly received: readonly (readonly unknown[])[];
  send(text: string): void;
  /** Sends a call and waits for the frame with its id. */
  call(action: string, payload: unknown): Promise<readonly unknown[]>;
  /** Waits for a call to this station and gives its id and payload. */
  called(action: string): Promise<{ readonly messageId: string; readonly payload: unknown }>;
  /** The code the connection was closed with. */
  readonly closed: Promise<number>;
}

let messages = 0;

export async function connectRaw(options: RawStationOptions): Promise<RawStation> {
  const socket = open(options);
  const received: unknown[][] = [];
  socket.on('message', (data) => received.push(JSON.parse(data.toString())));
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await once(socket, 'open');
  socket.on('error', () => undefined);

  return {
    socket,
    received,
    closed,
    send: (text) => socket.send(text),
    call: (action, payload) => {
      messages += 1;
      const messageId = `test-${messages}`;
      socket.send(JSON.stringify([2, messageId, action, payload]));
      return eventually(() => frameWith(received, (frame) => frame[0] !== 2 && frame[1] === messageId));
    },
    called: (action) =>
      eventually(() => {
        const [, messageId, , payload] = frameWith(
          received,
          (frame) => frame[0] === 2 && frame[2] === action,
        );
        return { messageId: String(messageId), payload };
      }),
  };
}

function frameWith(frames: readonly (readonly unknown[])[], fits: (frame: readonly unknown[]) => boolean) {
  const frame = frames.find(fits);
  if (frame === undefined) throw new Error('the frame has not come yet');
  return frame;
}

/** The HTTP status an opening request is refused with. */
export function refusedWith(options: RawStationOptions): Promise<number> {
  const socket = open(options);
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
    socket.on('open', () => reject(new Error('the station was let in')));
  });
}

function open(options: RawStationOptions): WebSocket {
  const { port, path = '/ocpp/CP-A1', protocols = ['ocpp1.6'], password, user = 'CP-A1' } = options;
  const credentials = Buffer.from(`${user}:${password}`).toString('base64');
  const authorization =
    options.authorization ?? (password === undefined ? undefined : `Basic ${credentials}`);
  const { certPem, own, localAddress } = options;
  const origin = `${certPem === undefined ? 'ws' : 'wss'}://127.0.0.1:${port}`;
  return new WebSocket(`${origin}${path}`, [...protocols], {
    ca: certPem,
    ...own,
    ...options.tls,
    ...(localAddress !== undefined && { localAddress }),
    headers: authorization === undefined ? {} : { authorization },
    autoPong: options.autoPong ?? true,
  });
}
