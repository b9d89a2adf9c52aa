import { connect } from 'mqtt';
import type { BrokerAccess, ConnectBroker } from './brokerLine.ts';

const connectTimeoutMs = 10_000;

/**
 * A connection to the broker of a VTN, for listening alone.
 *
 * It is not kept up here: a token that is over would be refused for ever, so whoever opened it opens another one. The
 * VTN gives names to no one, so the client id is the library's own.
 */
export const connectBroker: ConnectBroker = (access, on) => {
  const client = connect(access.url, {
    ...signIn(access),
    // Every broker speaks 3.1.1, and what 5 has more is not needed to listen.
    protocolVersion: 4,
    connectTimeout: connectTimeoutMs,
    reconnectPeriod: 0,
    queueQoSZero: false,
  });
  let isOver = false;
  let why = 'the connection to the broker was closed';
  const end = (reason: string): void => {
    why = reason;
    client.end(true);
  };
  client.on('error', (error) => end(error.message));
  client.on('connect', () => {
    client.subscribe([...access.topics], { qos: 1 }, (error, granted) => {
      if (error !== null) end(error.message);
      // 128 is a refusal [MQTT 3.1.1 section 3.9.3].
      else if (granted?.some(({ qos }) => qos >= 128)) end('the broker refuses the topics');
    });
  });
  // What is retained says what was, perhaps long ago: the look at everything is newer.
  client.on('message', (_topic, payload, { retain }) => {
    if (!retain) on.message(payload);
  });
  client.on('close', () => {
    if (!isOver) on.closed(why);
    isOver = true;
  });
  return {
    stop: () => {
      isOver = true;
      client.end(true);
    },
  };
};

const signIn = ({ username, password, tls }: BrokerAccess) => ({
  ...(username === undefined ? {} : { username }),
  ...(password === undefined ? {} : { password }),
  ...(tls === undefined ? {} : tls),
});
