import Type, { type Static } from 'typebox';
import type { SettingFault } from './mqttConfig.ts';

const closed = { additionalProperties: false } as const;

const topic = (description: string) =>
  Type.String({ minLength: 1, maxLength: 256, pattern: '^[^+#\\u0000]+$', description });
// RFC 6901: tokens after a slash each; "~" only as "~0" or "~1". The empty pointer is the whole payload.
const pointer = (description: string) =>
  Type.String({
    maxLength: 256,
    pattern: '^(/([^~/]|~[01])*)*$',
    description: `JSON Pointer: ${description}`,
  });

const field = Type.Object(
  {
    phase: Type.Enum(['L1', 'L2', 'L3', 'total'], {
      description: 'The conductor, or the sum over all of them.',
    }),
    unit: Type.Enum(['A', 'mA', 'W', 'kW', 'V'], {
      description: 'Unit of the value; it also tells what it measures.',
    }),
    pointer: Type.Unsafe<string>({ ...pointer('where the value is in the payload.'), default: '' }),
    minus: Type.Optional(
      pointer(
        'the export, where a meter tells import and export as two positive values. Absent counts as no export.',
      ),
    ),
    sign: Type.Enum(['import-positive', 'export-positive', 'unsigned'], {
      default: 'import-positive',
      description:
        "Direction of a positive value. unsigned: a current that takes the direction of its phase's power.",
    }),
    scale: Type.Number({ default: 1, description: 'The value is multiplied by this.' }),
  },
  closed,
);
export type MeterField = Static<typeof field>;

const source = Type.Object(
  {
    topic: Type.Optional(topic("Exact topic. Left away: the meter's.")),
    codec: Type.Enum(['json', 'number'], {
      default: 'json',
      description: 'number: the payload is one decimal number.',
    }),
    about: Type.Optional(
      pointer('messages without this value are about something else and are passed over.'),
    ),
    partial: Type.Boolean({
      default: false,
      description: 'True: a message may carry only what changed, so that an absent phase is no fault.',
    }),
    time: Type.Optional(
      Type.Object(
        {
          pointer: pointer('when the meter measured. A message without it is accepted.'),
          format: Type.Enum(['unix-ms', 'unix-s', 'iso'], { description: 'iso: ISO 8601 with a zone.' }),
        },
        closed,
      ),
    ),
    fields: Type.Array(field, { minItems: 1, maxItems: 32 }),
  },
  closed,
);
export type MeterSource = Static<typeof source>;

export const meterPresets = [
  'generic',
  'shelly-gen2-3em',
  'dsmr-reader',
  'amsreader',
  'victron-venus',
] as const;
export type MeterPreset = (typeof meterPresets)[number];

/** The meter of a circuit: where its values come from and how far they are believed. */
export const meterConfig = Type.Object(
  {
    topic: topic(
      'MQTT topic, without wildcards. generic, dsmr-reader: the topic of the JSON. shelly-gen2-3em: the topic prefix of the ' +
        'device. amsreader: its publish topic. victron-venus: N/<portal>/grid/<instance>.',
    ),
    preset: Type.Optional(
      Type.Enum([...meterPresets], {
        description: 'A known payload. Left away: generic, unless mapping is there.',
      }),
    ),
    mapping: Type.Optional(
      Type.Array(source, {
        minItems: 1,
        maxItems: 32,
        description: 'Any other payload, one entry for each topic.',
      }),
    ),
    measures: Type.Enum(['total', 'background'], {
      default: 'total',
      description:
        'total: our own charging flows through it too. background: only what Lastvakt does not control.',
    }),
    maxAgeS: Type.Number({
      default: 15,
      exclusiveMinimum: 0,
      maximum: 3600,
      description:
        'A value older than this (since it arrived) is no longer used. At least three times the period of the meter.',
    }),
    maxClockErrorS: Type.Number({
      default: 60,
      exclusiveMinimum: 0,
      maximum: 86_400,
      description: 'A payload that says it was measured longer ago, or further ahead, than this is refused.',
    }),
    turned: Type.Optional(
      Type.Array(Type.Enum(['L1', 'L2', 'L3']), {
        minItems: 1,
        maxItems: 3,
        uniqueItems: true,
        description:
          'Phases whose current transformer sits the wrong way round, so that the meter tells import as export. Their values are turned about, ' +
          'and a sum over the phases is not used unless all three are turned.',
      }),
    ),
    hasGeneration: Type.Boolean({
      default: false,
      description:
        'True: solar or a battery feeds in behind this meter, so that it may show less than the cars draw. False: ' +
        'such a reading, or a sudden export, is taken for a fault of the meter.',
    }),
    maxPlausibleAmps: Type.Number({
      default: 2000,
      exclusiveMinimum: 0,
      description:
        'A current beyond this, or a power that would need it, is a fault of the meter and not used.',
    }),
  },
  { ...closed, description: 'The meter of a circuit.' },
);
export type MeterConfig = Static<typeof meterConfig>;

/** What the schema cannot say; paths are relative to the meter. */
export function meterFaults(meter: MeterConfig): readonly SettingFault[] {
  const mappingFaults = (meter.mapping ?? []).flatMap(({ codec, fields }, sourceIndex) => {
    const path = `/mapping/${sourceIndex}/fields`;
    const several = codec === 'number' && fields.length > 1;
    return [
      ...(several ? [{ path, message: 'must have one entry: a payload of codec number is one value' }] : []),
      ...fields.flatMap((entry, index) => fieldFaults(entry, codec, `${path}/${index}`)),
    ];
  });
  if (meter.preset === undefined || meter.mapping === undefined) return mappingFaults;
  return [{ path: '/mapping', message: 'cannot stand beside preset: give one of the two' }, ...mappingFaults];
}

function fieldFaults(entry: MeterField, codec: MeterSource['codec'], path: string): readonly SettingFault[] {
  const { phase, unit, sign, minus, scale } = entry;
  const isPower = unit === 'W' || unit === 'kW';
  const isCurrent = unit === 'A' || unit === 'mA';
  const rules: readonly (readonly [isWrong: boolean, key: string, message: string])[] = [
    [
      phase === 'total' && !isPower,
      'phase',
      `cannot be total for ${unit}: only power has a sum over the phases`,
    ],
    [
      sign === 'unsigned' && !isCurrent,
      'sign',
      `cannot be unsigned for ${unit}: only a current can take a power's sign`,
    ],
    [
      minus !== undefined && !isPower,
      'minus',
      `has no meaning for ${unit}: only power is told as import and export`,
    ],
    [scale === 0, 'scale', 'must not be 0: every value would read as 0'],
    [
      codec === 'number' && entry.pointer !== '',
      'pointer',
      'must be left away: a payload of codec number has no parts',
    ],
    [
      codec === 'number' && minus !== undefined,
      'minus',
      'must be left away: a payload of codec number has no parts',
    ],
  ];
  return rules
    .filter(([isWrong]) => isWrong)
    .map(([, key, message]) => ({ path: `${path}/${key}`, message }));
}
