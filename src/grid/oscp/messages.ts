import Type, { type Static, type TSchema } from 'typebox';
import { compile, type Validator } from '../../schema.ts';

// The messages of OSCP 2.0 that a Flexibility Provider hears. Unknown keys pass: the specification does not close its
// objects, and an operator's extra key is no reason to miss a limit.

/** More blocks than a month of quarter hours in one message are an attack or a mistake. */
export const blocksMax = 3_000;

const text = (maxLength: number) => Type.String({ minLength: 1, maxLength });
const dateTime = Type.String({ maxLength: 40, description: 'ISO 8601 with a zone' });

const register = Type.Object({
  token: text(512),
  version_url: Type.Array(Type.Object({ version: text(32), base_url: text(512) }), {
    minItems: 1,
    maxItems: 32,
  }),
});
export type Register = Static<typeof register>;

const heartbeatInterval = Type.Optional(Type.Number({ minimum: 1, maximum: 86_400 }));
const measurementConfiguration = Type.Array(Type.Enum(['CONTINUOUS', 'INTERMITTENT']), { maxItems: 2 });

/** The behaviour is written one level down by the specification, and flat by implementations generated from its OpenAPI form. */
const handshake = Type.Object({
  required_behaviour: Type.Optional(
    Type.Object({
      heartbeat_interval: heartbeatInterval,
      measurement_configuration: Type.Optional(measurementConfiguration),
    }),
  ),
  heartbeat_interval: heartbeatInterval,
  measurement_configuration: Type.Optional(measurementConfiguration),
});
type Handshake = Static<typeof handshake>;

const heartbeat = Type.Object({ offline_mode_at: dateTime });

const forecastedBlock = Type.Object({
  // Some implementations write the number as text.
  capacity: Type.Union([
    Type.Number({ minimum: 0, maximum: 1e12 }),
    Type.String({ pattern: '^\\d{1,12}(\\.\\d{1,12})?$' }),
  ]),
  phase: Type.Enum(['UNKNOWN', 'ONE', 'TWO', 'THREE', 'ALL']),
  unit: Type.Enum(['A', 'W', 'KW', 'WH', 'KWH']),
  start_time: dateTime,
  end_time: dateTime,
});
export type ForecastedBlock = Static<typeof forecastedBlock>;

export const forecastTypes = [
  'CONSUMPTION',
  'GENERATION',
  'FALLBACK_CONSUMPTION',
  'FALLBACK_GENERATION',
  'OPTIMUM',
] as const;
export type ForecastType = (typeof forecastTypes)[number];

const forecast = Type.Object({
  group_id: text(128),
  type: Type.Enum([...forecastTypes]),
  forecasted_blocks: Type.Array(forecastedBlock, { minItems: 1, maxItems: blocksMax }),
});
export type GroupCapacityForecast = Static<typeof forecast>;

/** A message that cannot be accepted: the status and the text that the sender gets. */
export class OscpRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'OscpRefusal';
    this.status = status;
  }
}

const reader =
  <S extends TSchema>(schema: S, validator: Validator<Static<S>> = compile(schema)) =>
  (body: string): Static<S> => {
    const value = parsed(body);
    if (validator.check(value)) return value;
    const [fault] = validator.faults();
    throw new OscpRefusal(400, `${fault?.path ?? '/'} ${fault?.message ?? 'does not fit'}`);
  };

/** Each reads one message from its body, or throws the refusal that the sender gets. */
export const readRegister = reader(register);
export const readHandshake = reader(handshake);
export const readHeartbeat = reader(heartbeat);
export const readForecast = reader(forecast);

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new OscpRefusal(400, 'the body is not JSON');
  }
}

/** What a peer wants of us once it has shaken hands. */
export interface RequiredBehaviour {
  /** undefined: it wants no heartbeats. */
  readonly heartbeatIntervalMs: number | undefined;
  readonly isContinuous: boolean;
  readonly isIntermittent: boolean;
}

export function requiredBehaviour(message: Handshake): RequiredBehaviour {
  const told = message.required_behaviour ?? message;
  const kinds = told.measurement_configuration ?? [];
  return {
    heartbeatIntervalMs: told.heartbeat_interval === undefined ? undefined : told.heartbeat_interval * 1000,
    isContinuous: kinds.includes('CONTINUOUS'),
    isIntermittent: kinds.includes('INTERMITTENT'),
  };
}
