import { once } from 'node:events';
import { type WebSocket, WebSocketServer } from 'ws';
import { eventually } from '../../eventually.ts';

type Message = readonly unknown[];

/** Somebody else's CSMS, as far as a station notices: it answers, calls, dies and returns, always on the same port. */
export interface TestCsms {
  readonly url: string;
  /** Every frame it got since it was made, parsed. */
  readonly received: readonly Message[];
  /** The headers of each connection. */
  readonly authorizations: readonly (string | undefined)[];
  readonly paths: readonly (string | undefined)[];
  /** Calls the station that is connected and waits for the answer. */
  call(messageId: string, action: string, payload: object): Promise<Message>;
  callsOf(action: string): readonly Message[];
  die(): Promise<void>;
  comeBack(): Promise<void>;
}

const running = new Set<TestCsms>();

/** `answers` gives the payload of the answer to each action; an action without one is never answered. */
export async function givenCsms(
  answers: Readonly<Record<string, (payload: Readonly<Record<string, unknown>>) => object>>,
): Promise<TestCsms> {
  const received: Message[] = [];
  const authorizations: (string | undefined)[] = [];
  const paths: (string | undefined)[] = [];
  let server: WebSocketServer | undefined;
  let socket: WebSocket | undefined;
  let port = 0;

  const listen = async (): Promise<void> => {
    const listening = new WebSocketServer({ host: '127.0.0.1', port });
    server = listening;
    listening.on('connection', (connected, { headers, url }) => {
      socket = connected;
      authorizations.push(headers.authorization);
      paths.push(url);
      connected.on('message', (data) => {
        const frame = JSON.parse(data.toString());
        received.push(frame);
        const [type, messageId, action, payload] = frame;
        const answer = type === 2 ? answers[action] : undefined;
        if (answer !== undefined) connected.send(JSON.stringify([3, messageId, answer(payload)]));
      });
    });
    await once(listening, 'listening');
    const address = listening.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
  };
  await listen();
  const csms: TestCsms = {
    url: `ws://127.0.0.1:${port}/steve/`,
    received,
    authorizations,
    paths,
    call: async (messageId, action, payload) => {
      await eventually(() => {
        if (socket === undefined) throw new Error('no station is connected yet');
      });
      socket?.send(JSON.stringify([2, messageId, action, payload]));
      return eventually(() => {
        const answer = received.find(([type, id]) => type !== 2 && id === messageId);
        if (answer === undefined) throw new Error(`${action} is not answered yet`);
        return answer;
      });
    },
    callsOf: (action) => received.filter(([type, , name]) => type === 2 && name === action),
    die: async () => {
      const dying = server;
      server = undefined;
      socket = undefined;
      for (const client of dying?.clients ?? []) client.terminate();
      if (dying !== undefined) await new Promise((resolve) => dying.close(resolve));
    },
    comeBack: listen,
  };
  running.add(csms);
  return csms;
}

/** For `afterEach`. */
export async function stopCsms(): Promise<void> {
  await Promise.all([...running].map((csms) => csms.die()));
  running.clear();
}
