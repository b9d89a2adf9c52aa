import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { StationSocket } from '../../src/ocpp/stationSocket.ts';
import { eventually } from '../eventually.ts';

const stops: (() => void)[] = [];
afterEach(() => {
  for (const stop of stops.splice(0)) stop();
});

/** Both ends of a connection, and every message that arrived. */
async function connected() {
  const http = createServer().listen(0, '127.0.0.1');
  const sockets = new WebSocketServer({ noServer: true, WebSocket: StationSocket });
  await once(http, 'listening');
  const upgraded = new Promise<StationSocket>((resolve) => {
    http.on('upgrade', (request, wire, head) =>
      sockets.handleUpgrade(request, wire, head, (socket) => resolve(Object.assign(socket, { wire }))),
    );
  });
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  stops.push(
    () => client.terminate(),
    () => http.close(),
  );
  const received: string[] = [];
  client.on('message', (data) => received.push(data.toString()));
  const server = await upgraded;
  await once(client, 'open');
  return { server, client, received };
}

describe('a message to a station', () => {
  it.each([0, 1, 125, 126, 65_535, 65_536, 200_000])('of %i bytes arrives whole', async (length) => {
    const { server, received } = await connected();
    const text = 'x'.repeat(length);
    server.sendText(Buffer.from(text));
    server.sendText(Buffer.from('next'));
    await eventually(() => expect(received).toHaveLength(2));
    expect(received[0] === text).toBe(true);
    expect(received[1]).toBe('next');
  });

  it('is counted by its bytes, not by its characters', async () => {
    const { server, received } = await connected();
    const text = 'å€𝄞'.repeat(20);
    server.sendText(Buffer.from(text));
    await eventually(() => expect(received).toEqual([text]));
  });

  it('keeps its place among what the protocol itself sends', async () => {
    const { server, client, received } = await connected();
    const pinged = once(client, 'ping');
    server.sendText(Buffer.from('first'));
    server.ping();
    server.sendText(Buffer.from('second'));
    await pinged;
    await eventually(() => expect(received).toEqual(['first', 'second']));
  });

  it('is not sent any more once the connection is being closed', async () => {
    const { server, client, received } = await connected();
    server.close(1000);
    server.sendText(Buffer.from('too late'));
    expect((await once(client, 'close'))[0]).toBe(1000);
    expect(received).toEqual([]);
  });
});
