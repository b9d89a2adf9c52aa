import { expect } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { BookedEvses } from '../../src/control/bookedEvses.ts';
import { SessionBook } from '../../src/control/sessionBook.ts';
import { TokenDesk } from '../../src/control/tokenDesk.ts';
import { evseId, type SessionId, sessionId, siteId } from '../../src/domain/ids.ts';
import type { SignedValue } from '../../src/domain/sessionFact.ts';
import type { SessionRecord } from '../../src/domain/sessionRecord.ts';
import type { StationEvent } from '../../src/domain/stationEvent.ts';
import type { StationReport } from '../../src/domain/stationReport.ts';
import type { Token } from '../../src/domain/token.ts';
import { createLogger } from '../../src/log.ts';
import type { OcppGateway, OcppGatewayOptions, OcppGatewayPorts } from '../../src/ocpp/gateway.ts';
import { publishedSchemas } from '../../src/ocpp/schemas.ts';
import { givenToken as token } from '../domain/givenToken.ts';
import { eventually } from '../eventually.ts';
import { givenGateway, password } from '../ocpp/givenGateway.ts';
import { connectRaw, type RawStation } from '../ocpp/sockets.ts';

export type Protocol = 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1';

const schemas = {
  'ocpp1.6': publishedSchemas('ocpp1_6.json'),
  'ocpp2.0.1': publishedSchemas('ocpp2_0_1.json'),
  'ocpp2.1': publishedSchemas('ocpp2_1.json'),
};

/** Anna and Bert are one family; nobody else may charge. */
const tokens: readonly Token[] = [
  token('ANNA', { groupId: 'FAMILY' }),
  token('BERT', { groupId: 'FAMILY' }),
  token('BLOCKED', { isBlocked: true }),
  token('EXPIRED', { expiresAtMs: 1 }),
  token('ELSEWHERE', { sites: [siteId('depot')] }),
];

export interface Csms {
  readonly gateway: OcppGateway;
  readonly events: readonly StationEvent[];
  readonly reports: readonly StationReport[];
  readonly signed: readonly SignedValue[];
  /** What is kept of a session of CP-A1; throws as long as there is none. */
  record(transactionId: string | number): SessionRecord;
  /** CP-A1 on a connection of its own. */
  connect(): Promise<ConnectedStation>;
}

export interface ConnectedStation {
  readonly raw: RawStation;
  /** The result of a call, which fits the published schema. */
  call(action: string, payload: object): Promise<Record<string, unknown>>;
  /** The code of the error that a call is answered with. */
  refused(action: string, payload: unknown): Promise<unknown>;
  /** Answers the next call of ours with this action; both fit the published schemas. Gives what was asked. */
  answer(action: string, result: object): Promise<Record<string, unknown>>;
}

/** The central system, from its socket to the history it keeps, for one station with EVSEs 1 and 2. */
export async function givenCsms(
  protocol: Protocol,
  options: Partial<OcppGatewayOptions> = {},
  ports: Partial<OcppGatewayPorts> = {},
): Promise<Csms> {
  const kept = new Map<SessionId, SessionRecord>();
  const signed: SignedValue[] = [];
  const common = { clock: systemClock(), log: createLogger('silent') };
  const book = new SessionBook(
    {
      ...common,
      evseOf: (_station, evseNumber) => evseId(`A${evseNumber}`),
      find: async (id) => kept.get(id),
      save: async (record) => void kept.set(record.session.id, record),
      saveSigned: (_id, values) => void signed.push(...values),
    },
    [],
  );
  const desk = new TokenDesk(
    {
      ...common,
      sitesOf: () => [siteId('garage')],
      policyOf: () => ({ acceptsUnknown: false, cacheMs: 3_600_000 }),
      acceptsConcurrent: false,
      runningSessions: () => book.open().map(({ session }) => session),
      book: { saveToken: async () => {}, deleteToken: async () => {} },
      sources: [],
      booked: new BookedEvses(),
    },
    tokens,
  );
  const { gateway, port, events, reports } = await givenGateway(options, {
    authorize: (request) => desk.authorize(request),
    takeFacts: (facts) => book.take(facts),
    ...ports,
  });
  return {
    gateway,
    events,
    reports,
    signed,
    record(transactionId) {
      const record = kept.get(sessionId(`CP-A1~${transactionId}`));
      if (record === undefined) throw new Error(`nothing is kept of transaction ${transactionId}`);
      return record;
    },
    connect: async () =>
      connectedStation(await connectRaw({ port, password, protocols: [protocol] }), protocol),
  };
}

function connectedStation(raw: RawStation, protocol: Protocol): ConnectedStation {
  const answered = new Set<unknown>();
  const nextCall = (action: string) => {
    const next = raw.received.find(([type, id, of]) => type === 2 && of === action && !answered.has(id));
    if (next === undefined) throw new Error(`${action} has not come yet`);
    return next;
  };
  return {
    raw,
    async call(action, payload) {
      const [type, , result, ...rest] = await raw.call(action, payload);
      expect([type, action, rest]).toEqual([3, action, []]);
      const { response } = schemas[protocol].procedure<object, Record<string, unknown>>(action);
      if (response.check(result)) return result;
      throw new Error(`${action} was answered against its schema: ${response.violation().description}`);
    },
    async refused(action, payload) {
      const [type, , code] = await raw.call(action, payload);
      expect(type).toBe(4);
      return code;
    },
    async answer(action, result) {
      const [, messageId, , payload] = await eventually(() => nextCall(action));
      answered.add(messageId);
      const { request, response } = schemas[protocol].procedure<Record<string, unknown>, object>(action);
      if (!response.check(result)) throw new Error(`the test answers against the schema of ${action}`);
      raw.send(JSON.stringify([3, messageId, result]));
      if (request.check(payload)) return payload;
      throw new Error(`${action} was sent against its schema: ${request.violation().description}`);
    },
  };
}

/** An instant so many minutes ago, as stations write it. */
export const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * 60_000).toISOString();
