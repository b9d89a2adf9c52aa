import { Ajv } from 'ajv';
import addFormatsModule from 'ajv-formats';

// The messages of OSCP 2.0 as JSON schemas, written from its tables and closed where it names every key, so that
// neither side can add or forget one unseen.

const dateTime = { type: 'string', format: 'date-time' };
const token = { type: 'string', minLength: 1 };
const object = (required: Record<string, object>, optional: Record<string, object> = {}): object => ({
  type: 'object',
  required: Object.keys(required),
  properties: { ...required, ...optional },
  additionalProperties: false,
});
const list = (items: object): object => ({ type: 'array', minItems: 1, items });

const phase = { enum: ['UNKNOWN', 'ONE', 'TWO', 'THREE', 'ALL'] };
const quantityUnit = { enum: ['A', 'W', 'KW', 'WH', 'KWH'] };
const block = object({
  // Clients generated from the OpenAPI form write it as text.
  capacity: {
    anyOf: [
      { type: 'number', minimum: 0 },
      { type: 'string', pattern: '^[0-9.]+$' },
    ],
  },
  phase,
  unit: quantityUnit,
  start_time: dateTime,
  end_time: dateTime,
});
const forecast = object({
  group_id: { type: 'string' },
  type: { enum: ['CONSUMPTION', 'GENERATION', 'FALLBACK_CONSUMPTION', 'FALLBACK_GENERATION', 'OPTIMUM'] },
  forecasted_blocks: list(block),
});
const handshake = object(
  {},
  {
    required_behaviour: object(
      {
        measurement_configuration: {
          type: 'array',
          uniqueItems: true,
          items: { enum: ['CONTINUOUS', 'INTERMITTENT'] },
        },
      },
      { heartbeat_interval: { type: 'number', minimum: 1 } },
    ),
  },
);
const energy = object(
  {
    value: { type: 'number' },
    phase,
    unit: { enum: ['WH', 'KWH'] },
    direction: { enum: ['NET', 'IMPORT', 'EXPORT'] },
    measure_time: dateTime,
  },
  { energy_type: { enum: ['FLEXIBLE', 'NONFLEXIBLE', 'TOTAL'] }, initial_measure_time: dateTime },
);
const instantaneous = object({
  value: { type: 'number' },
  phase,
  unit: quantityUnit,
  measure_time: dateTime,
});
const asset = object(
  {
    asset_id: { type: 'string' },
    asset_category: { enum: ['CHARGING', 'CONSUMPTION', 'GENERATION', 'STORAGE'] },
  },
  { energy_measurement: energy, instantaneous_measurement: instantaneous },
);

const schemas: Readonly<Record<string, object>> = {
  register: object({
    token,
    version_url: list(object({ version: { type: 'string' }, base_url: { type: 'string', format: 'uri' } })),
  }),
  handshake,
  handshake_acknowledge: handshake,
  heartbeat: object({ offline_mode_at: dateTime }),
  update_group_capacity_forecast: forecast,
  adjust_group_capacity_forecast: forecast,
  group_capacity_compliance_error: object(
    { message: { type: 'string', minLength: 1 } },
    { forecasted_blocks: list(block) },
  ),
  update_group_measurements: object({ group_id: { type: 'string' }, measurements: list(energy) }),
  update_asset_measurements: object({ group_id: { type: 'string' }, measurements: list(asset) }),
};

const ajv = new Ajv({ allErrors: true });
addFormatsModule.default(ajv);
const validators = new Map(Object.entries(schemas).map(([path, schema]) => [path, ajv.compile(schema)]));

interface Message {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** What is wrong with a message on the wire: its body, or the headers that every message has. */
export function messageFaults({ path, headers, body }: Message): readonly string[] {
  const validate = validators.get(path);
  if (validate === undefined) return [`${path} is no message of OSCP`];
  const faults = validate(body)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${path}${instancePath} ${message}`);
  const index = headers['x-segment-index'];
  const count = headers['x-segment-count'];
  return [
    ...faults,
    ...(/^(Token|Bearer) \S+$/.test(headers['authorization'] ?? '') ? [] : [`${path} has no token`]),
    ...(headers['x-request-id'] ? [] : [`${path} has no X-Request-ID`]),
    ...((index === undefined) === (count === undefined) ? [] : [`${path} has half a segment place`]),
  ];
}
