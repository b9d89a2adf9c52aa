import { evseId, stationId } from '../../src/domain/ids.ts';
import type { LoggedMessage } from '../../src/domain/loggedMessage.ts';
import type { StationsPort } from '../../src/http/stationPorts.ts';

const atMs = Date.parse('2026-01-31T12:00:00Z');

/** The stations behind the API: they note what they are asked, and accept it. */
export const givenStations = (calls: unknown[][], change: Partial<StationsPort> = {}): StationsPort => ({
  command: async (station, request, actor) => {
    calls.push(['command', station, request, actor.name]);
    return { outcome: 'accepted', reason: 'Accepted' };
  },
  messages: () =>
    new Map([
      ['Reset', ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']],
      ['SetDisplayMessage', ['ocpp2.0.1', 'ocpp2.1']],
      ['UpdateFirmware', ['ocpp1.6', 'ocpp2.0.1', 'ocpp2.1']],
    ]),
  send: async (station, message, actor) => {
    calls.push(['send', station, message, actor.name]);
    return { outcome: 'answered', protocol: 'ocpp1.6', answer: { status: 'Accepted' } };
  },
  now: () => ({
    isOnline: true,
    protocol: 'ocpp2.0.1',
    hardware: { vendor: 'Garo', model: 'LS4', serialNumber: undefined, firmware: '1.2.3' },
    lastSeenAtMs: atMs,
    evses: [{ id: evseId('A1'), number: 1, availability: 'out of order' }],
    faults: [givenFault],
    readings: [{ evseNumber: 1, name: 'Connector.Temperature', value: '41.5', takenAtMs: atMs }],
    work: [{ of: 'firmware', requestId: 7, status: 'Downloading', detail: undefined, atMs }],
  }),
  commands: async (station, page) => {
    calls.push(['commands', station, page]);
    const asked = { stationId: station, atMs, actor: 'office', command: 'Reset', request: { type: 'Soft' } };
    const ended = { outcome: 'answered', answer: { status: 'Accepted' }, answeredAtMs: atMs + 40 } as const;
    return { items: [{ sequence: 3, ...asked, ...ended }], next: { atMs, id: '3' } };
  },
  faults: async (station, query) => {
    calls.push(['faults', station, query]);
    return { items: [givenFault], next: undefined };
  },
  reservations: async (station) => [
    {
      id: 5,
      stationId: station,
      evseNumber: undefined,
      tokenId: 'T1',
      groupTokenId: undefined,
      expiresAtMs: atMs + 600_000,
      madeBy: 'office',
      madeAtMs: atMs,
      state: 'active',
      endedAtMs: undefined,
    },
  ],
  reports: () => [
    { of: 'monitors', requestId: 9, isComplete: true, isCut: false, items: [{ component: 'x' }], atMs },
  ],
  messageLog: () => givenMessages,
  wiring: () => [
    {
      evse: evseId('A1'),
      configured: [0, 1, 2],
      found: { wiring: [1, 2, 0], confidence: 0.999, conductors: [1, 0.999, 0.999], steps: 5, isSure: true },
    },
  ],
  rewire: async (station, confirmed, actor) => {
    calls.push(['rewire', station, confirmed, actor.name]);
    return { status: 'kept', file: '/etc/lastvakt.yaml' };
  },
  ...change,
});

/** A heartbeat and its answer, a request that the station refused, and something that was no message. */
const givenMessages = [
  { kind: 'call', isSent: false, messageId: 'm1', action: 'Heartbeat', payload: {} },
  { kind: 'result', isSent: true, messageId: 'm1', action: 'Heartbeat', payload: { currentTime: 'now' } },
  { kind: 'call', isSent: true, messageId: 'm2', action: 'Reset', payload: { type: 'Soft' } },
  { kind: 'error', isSent: false, messageId: 'm2', action: 'Reset', payload: undefined },
  { kind: 'malformed', isSent: false, messageId: undefined, action: undefined, payload: undefined },
].map(
  (message, index): LoggedMessage => ({
    ...(message as Pick<LoggedMessage, 'kind' | 'isSent' | 'messageId' | 'action' | 'payload'>),
    ...{ sequence: atMs + index, atMs: atMs + index, length: 40, isCut: false },
    latencyMs: index === 1 || index === 3 ? 1 : undefined,
    error: index === 3 ? { code: 'NotSupported', description: 'no' } : undefined,
  }),
);

const givenFault = {
  id: 'F1',
  stationId: stationId('CP-A1'),
  evseNumber: 1,
  source: 'status',
  key: 'status 1',
  code: 'GroundFailure',
  vendorCode: 'E17',
  detail: undefined,
  severity: 'critical',
  beganAtMs: atMs,
  endedAtMs: undefined,
} as const;
