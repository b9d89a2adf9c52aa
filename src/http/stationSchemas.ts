import Type, { type Static } from 'typebox';
import { faultSources } from '../domain/fault.ts';
import { closed } from './closed.ts';
import { nullable } from './schemas.ts';

// What the API tells about stations.

const at = (description: string) => Type.String({ format: 'date-time', description: `${description}, UTC` });
const text = nullable(Type.String());
const evseNumber = Type.Integer({ minimum: 0, description: '0: the station as a whole' });

export const fault = Type.Object(
  {
    id: Type.String(),
    evseNumber,
    source: Type.String({ description: faultSources.join(', ') }),
    code: Type.String({ description: "The station's own word" }),
    vendorCode: text,
    detail: text,
    severity: Type.String({ description: 'critical, error, warning, notice' }),
    beganAt: at("On the station's clock"),
    endedAt: nullable(at('Null while it lasts; what happened in a moment ends when it begins')),
  },
  closed,
);

export type FaultBody = Static<typeof fault>;

const stationSummary = {
  id: Type.String(),
  isOnline: Type.Boolean(),
  protocol: nullable(Type.String({ description: 'ocpp1.6, ocpp2.0.1 or ocpp2.1; null until it connected' })),
  vendor: text,
  model: text,
  serialNumber: text,
  firmware: text,
  lastSeenAt: nullable(at('Of this process')),
  faultCount: Type.Integer({ description: 'What is wrong now' }),
  evses: Type.Array(
    Type.Object(
      {
        id: Type.String(),
        number: Type.Integer(),
        availability: Type.String({
          description:
            "As OCPI's EVSE status: available, blocked, charging, inoperative, out of order, reserved, unknown",
        }),
      },
      closed,
    ),
  ),
} as const;

export const summary = Type.Object(stationSummary, closed);
export type StationSummaryBody = Static<typeof summary>;

/** All that is shown of a station: with what lasts there now. */
export const station = Type.Object(
  {
    ...stationSummary,
    faults: Type.Array(fault, { description: 'What is wrong now' }),
    readings: Type.Array(
      Type.Object(
        { evseNumber, name: Type.String(), value: Type.String(), at: at("On the station's clock") },
        closed,
      ),
      { description: 'The newest value of each component that told one' },
    ),
    work: Type.Array(
      Type.Object(
        {
          of: Type.String({ description: 'firmware, firmware publication, log upload, certificate' }),
          requestId: nullable(Type.Integer()),
          status: Type.String({ description: "The station's own word" }),
          detail: text,
          at: at('When it was told'),
        },
        closed,
      ),
      { description: 'How far it is with what it was asked to do' },
    ),
  },
  closed,
);

export type StationBody = Static<typeof station>;

export const commandRecord = Type.Object(
  {
    sequence: Type.Integer(),
    at: at('When it was asked for'),
    actor: Type.String({ description: 'The name of the key' }),
    command: Type.String(),
    request: Type.Unknown({ description: 'Without passwords' }),
    outcome: nullable(
      Type.String({
        description:
          'answered, accepted, rejected, failed, timed-out, unsent, kept back; null while nobody knows',
      }),
    ),
    answer: Type.Unknown({ description: "The station's answer, or why there is none" }),
    answeredAt: nullable(at('When it was answered')),
  },
  closed,
);

export type CommandBody = Static<typeof commandRecord>;

export const reservation = Type.Object(
  {
    id: Type.Integer(),
    evseNumber: nullable(Type.Integer({ description: 'Null: any of the station' })),
    tokenId: Type.String(),
    groupTokenId: text,
    expiresAt: at('Until then it is kept'),
    madeBy: Type.String(),
    madeAt: at('When it was asked for'),
    state: Type.String({
      description: 'asked, doubtful, active, refused, used, cancelled, expired, removed',
    }),
    endedAt: nullable(at('When it ended')),
  },
  closed,
);

export type ReservationBody = Static<typeof reservation>;

export const report = Type.Object(
  {
    of: Type.String({
      description: 'device model, monitors, display messages, customer information, grid support controls',
    }),
    requestId: Type.Integer({ description: 'That of the message that asked for it' }),
    isComplete: Type.Boolean(),
    isCut: Type.Boolean({ description: 'More came than is kept' }),
    at: at('When its last part came'),
    items: Type.Array(Type.Unknown(), { description: 'As the station wrote them' }),
  },
  closed,
);

/** A message of OCPP between a station and us. */
export const loggedMessage = Type.Object(
  {
    sequence: Type.Integer({ description: 'Rises with every message of the station' }),
    at: at('When it passed'),
    isSent: Type.Boolean({ description: 'true: by us to the station' }),
    kind: Type.String({ description: 'call, send, result, error, result error; malformed: no message' }),
    messageId: text,
    action: nullable(Type.String({ description: 'Of an answer: that of its call, while that is kept' })),
    latencyMs: nullable(Type.Integer({ description: 'Of an answer: since its call' })),
    error: nullable(
      Type.Object(
        { code: Type.String(), description: Type.String() },
        { ...closed, description: 'What an error says, or why it is no message' },
      ),
    ),
    payload: Type.Unknown({
      description: "Without passwords, drivers' tokens and certificates; null where there is none",
    }),
    isCut: Type.Boolean({ description: 'Its payload was too large to keep' }),
    length: Type.Integer({ description: 'Of the whole message, in bytes' }),
  },
  closed,
);

export type LoggedMessageBody = Static<typeof loggedMessage>;
