import Type, { type Static, type TSchema } from 'typebox';
import { compile, type Validator } from '../../schema.ts';
import type { Capacity } from './forecast.ts';

/** Where a connection keeps what must survive a restart: named JSON documents, few and small. */
export interface GridStates {
  gridStates(connectionId: string): Promise<ReadonlyMap<string, unknown>>;
  /** Durable once it resolves. */
  saveGridState(connectionId: string, name: string, document: unknown): Promise<void>;
}

const hash = Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' }));

/** Who the peer is, and how each of us knows the other. Tokens we gave out are kept as hashes. */
const peerDocument = Type.Object({
  /** By which the peer speaks to us. */
  issuedSha256: hash,
  /** The one before: good until the peer has the new one. */
  earlierSha256: hash,
  /** The first token, used up by a registration. */
  spentSha256: hash,
  /** By which we speak to the peer. */
  peerToken: Type.Optional(Type.String()),
  peerUrl: Type.Optional(Type.String()),
  offlineAtMs: Type.Optional(Type.Number()),
  /** What the peer asked for in its last handshake; absent before the first one. */
  behaviour: Type.Optional(
    Type.Object({
      heartbeatIntervalMs: Type.Optional(Type.Number({ minimum: 1 })),
      isContinuous: Type.Boolean(),
      isIntermittent: Type.Boolean(),
    }),
  ),
});
export type PeerDocument = Static<typeof peerDocument>;

const recentMessage = Type.Object({ requestId: Type.String(), sha256: Type.String() });
export type RecentMessage = Static<typeof recentMessage>;

const amps = Type.Number({ minimum: 0 });
const capacity = Type.Object({
  fromMs: Type.Number(),
  untilMs: Type.Number(),
  value: Type.Union([
    Type.Object({ watts: Type.Number({ minimum: 0 }) }),
    Type.Object({ amps }),
    Type.Object({
      phaseAmps: Type.Object({
        L1: Type.Optional(amps),
        L2: Type.Optional(amps),
        L3: Type.Optional(amps),
      }),
    }),
  ]),
  meanWindowMs: Type.Optional(Type.Number({ minimum: 1 })),
  requestId: Type.String(),
});

/** What is left of the forecasts of one group and type. */
const forecastDocument = Type.Object({
  version: Type.Number(),
  capacities: Type.Array(capacity),
  recent: Type.Array(recentMessage),
});
export interface ForecastDocument {
  readonly version: number;
  readonly capacities: readonly Capacity[];
  readonly recent: readonly RecentMessage[];
}

const reader =
  <S extends TSchema>(schema: S, validator: Validator<Static<S>> = compile(schema)) =>
  (document: unknown, name: string): Static<S> => {
    if (validator.check(document)) return document;
    const [fault] = validator.faults();
    throw new Error(`the stored state ${name} does not fit: ${fault?.path} ${fault?.message}`);
  };
export const readPeerDocument = reader(peerDocument);
export const readForecastDocument: (document: unknown, name: string) => ForecastDocument =
  reader(forecastDocument);
