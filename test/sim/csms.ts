import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createRequire } from 'node:module';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormatsModule from 'ajv-formats';
import type WebSocket from 'ws';
import { WebSocketServer } from 'ws';

/** A call as the server saw it. */
interface Heard {
  readonly stationId: string;
  readonly action: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into payloads of every shape.
  readonly payload: any;
}

export interface Csms {
  readonly url: string;
  /** Every call of every station, in order. */
  readonly heard: readonly Heard[];
  /** How often a station opened a socket. */
  connections(stationId: string): number;
  /** How often one was turned away for its password. */
  refusals(): number;
  /** Calls a station and gives its answer; an error answer is thrown as its code. */
  // biome-ignore lint/suspicious/noExplicitAny: as above.
  call(stationId: string, action: string, payload: object): Promise<any>;
  /** Sends a frame as it stands. */
  raw(stationId: string, frame: string): void;
  /** Ends the sockets without a word. */
  cut(): void;
  /** Answers the next so many calls of an action with an error. */
  failNext(action: string, times: number): void;
  /** Answers no calls until it is called again. */
  mute(isMuted: boolean): void;
  /** Ends the sockets with a proper goodbye. */
  close(): void;
  stop(): Promise<void>;
}

type Answer = (payload: Heard['payload']) => object;

/**
 * A small server, independent of ours: it accepts everything, and checks every call and every answer of the
 * stations against the published schemas. One that does not fit fails `stop`.
 */
export async function startCsms(
  protocol: 'ocpp1.6' | 'ocpp2.0.1',
  passwords: Readonly<Record<string, string>> = {},
): Promise<Csms> {
  const validate = validator(protocol);
  const answers = protocol === 'ocpp1.6' ? answers16() : answers201;
  const heard: Heard[] = [];
  const faults: string[] = [];
  const sockets = new Map<string, WebSocket>();
  const opened: string[] = [];
  const waiting = new Map<
    string,
    { action: string; resolve(value: unknown): void; reject(error: Error): void }
  >();
  let isMuted = false;
  let failing = { action: '', times: 0 };
  let refusals = 0;
  let callCount = 0;

  const check = (action: string, direction: 'req' | 'conf', payload: unknown): void => {
    const fault = validate(action, direction, payload);
    if (fault !== undefined) faults.push(`${action}.${direction}: ${fault} in ${JSON.stringify(payload)}`);
  };

  const receive = (stationId: string, socket: WebSocket, text: string): void => {
    const [type, id, ...rest] = JSON.parse(text);
    if (type === 2) {
      const [action, payload] = rest;
      check(action, 'req', payload);
      heard.push({ stationId, action, payload });
      if (isMuted) return;
      if (action === failing.action && failing.times > 0) {
        failing.times -= 1;
        socket.send(JSON.stringify([4, id, 'InternalError', '', {}]));
        return;
      }
      socket.send(JSON.stringify([3, id, answers[action]?.(payload) ?? {}]));
      return;
    }
    const call = waiting.get(id);
    waiting.delete(id);
    if (type === 3) {
      check(call?.action ?? '', 'conf', rest[0]);
      call?.resolve(rest[0]);
    } else {
      call?.reject(new Error(rest[0]));
    }
  };

  const server = createServer();
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: () => protocol });
  server.on('upgrade', (request, socket, head) => {
    const stationId = decodeURIComponent(request.url?.split('/').pop() ?? '');
    if (!isAllowed(request, stationId, passwords)) {
      refusals += 1;
      // Nobody waits for what becomes of a socket that is turned away.
      socket.on('error', () => {});
      socket.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    webSockets.handleUpgrade(request, socket, head, (ws) => {
      opened.push(stationId);
      sockets.set(stationId, ws);
      ws.on('message', (data) => receive(stationId, ws, data.toString()));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;

  return {
    url: `ws://127.0.0.1:${port}/ocpp`,
    heard,
    connections: (stationId) => opened.filter((id) => id === stationId).length,
    refusals: () => refusals,
    call(stationId, action, payload) {
      callCount += 1;
      const id = `server-${callCount}`;
      return new Promise((resolve, reject) => {
        waiting.set(id, { action, resolve, reject });
        sockets.get(stationId)?.send(JSON.stringify([2, id, action, payload]));
      });
    },
    cut: () =>
      sockets.forEach((socket) => {
        socket.terminate();
      }),
    close: () =>
      sockets.forEach((socket) => {
        socket.close(1000);
      }),
    raw: (stationId, frame) => sockets.get(stationId)?.send(frame),
    failNext(action, times) {
      failing = { action, times };
    },
    mute(muted) {
      isMuted = muted;
    },
    async stop() {
      for (const socket of sockets.values()) socket.terminate();
      webSockets.close();
      server.close();
      await once(server, 'close');
      if (faults.length > 0) throw new Error(faults.join('\n'));
    },
  };
}

function isAllowed(
  request: IncomingMessage,
  stationId: string,
  passwords: Readonly<Record<string, string>>,
): boolean {
  const password = passwords[stationId];
  const expected = Buffer.from(`${stationId}:${password}`).toString('base64');
  return password === undefined || request.headers.authorization === `Basic ${expected}`;
}

const boot = () => ({ status: 'Accepted', currentTime: new Date().toISOString(), interval: 60 });
const heartbeat = () => ({ currentTime: new Date().toISOString() });

function answers16(): Readonly<Record<string, Answer>> {
  let transactionId = 100;
  const idTagInfo = { status: 'Accepted' };
  return {
    BootNotification: boot,
    Heartbeat: heartbeat,
    Authorize: () => ({ idTagInfo }),
    StartTransaction: () => {
      transactionId += 1;
      return { transactionId, idTagInfo };
    },
  };
}

const answers201: Readonly<Record<string, Answer>> = {
  BootNotification: boot,
  Heartbeat: heartbeat,
  Authorize: () => ({ idTokenInfo: { status: 'Accepted' } }),
  TransactionEvent: (event) => (event.eventType === 'Started' ? { idTokenInfo: { status: 'Accepted' } } : {}),
};

type Validate = (action: string, direction: 'req' | 'conf', payload: unknown) => string | undefined;

function validator(protocol: 'ocpp1.6' | 'ocpp2.0.1'): Validate {
  const resolve = createRequire(import.meta.url);
  const file = protocol === 'ocpp1.6' ? 'ocpp1_6.json' : 'ocpp2_0_1.json';
  const schemas: readonly { $id: string }[] = JSON.parse(
    readFileSync(resolve.resolve(`ocpp-rpc/lib/schemas/${file}`), 'utf8'),
  );
  // Without precision 4.3 is no multiple of 0.1.
  const ajv = new Ajv({ strict: false, multipleOfPrecision: 6 });
  addFormatsModule.default(ajv);
  ajv.addMetaSchema(resolve('ajv/dist/refs/json-schema-draft-06.json'));
  const compiled = new Map<string, ValidateFunction>();
  return (action, direction, payload) => {
    const name = `urn:${action}.${direction}`;
    // Their names are no valid URNs, and nothing refers to them.
    const { $id, ...schema } = schemas.find((candidate) => candidate.$id === name) ?? { $id: '' };
    if ($id === '') return 'no such action';
    const validate = compiled.get(name) ?? ajv.compile(schema);
    compiled.set(name, validate);
    return validate(payload) ? undefined : ajv.errorsText(validate.errors);
  };
}
