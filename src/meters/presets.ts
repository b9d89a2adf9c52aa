import type { MeterConfig, MeterField, MeterPreset, MeterSource } from '../domain/meterConfig.ts';

/** A message that makes a device tell its values. */
export interface MeterRequest {
  readonly topic: string;
  readonly payload: string;
  readonly everyMs: number;
}

/** A source whose topic is settled. */
export type TopicSource = MeterSource & { readonly topic: string };

/** The topics a meter speaks on and how each is read. */
export function meterSources(meter: MeterConfig): readonly TopicSource[] {
  const { topic, mapping, preset = 'generic' } = meter;
  return mapping === undefined
    ? presets[preset](topic)
    : mapping.map((source) => ({ ...source, topic: source.topic ?? topic }));
}

const presets: Record<MeterPreset, (topic: string) => readonly TopicSource[]> = {
  generic,
  'shelly-gen2-3em': shelly,
  'dsmr-reader': dsmrReader,
  amsreader,
  'victron-venus': victron,
};

const lines = ['L1', 'L2', 'L3'] as const;

/** `{"amps":[1,2,3]}` or `{"watts":[…]}`, either with `"volts":[…]` and `"t"` (Unix ms) where they are known. */
function generic(topic: string): readonly TopicSource[] {
  const fields = lines.flatMap((phase, index) => [
    field(phase, 'A', `/amps/${index}`),
    field(phase, 'W', `/watts/${index}`),
    field(phase, 'V', `/volts/${index}`),
  ]);
  return [{ ...json(topic, fields), time: { pointer: '/t', format: 'unix-ms' } }];
}

/**
 * Shelly Pro 3EM and 3EM-63: the status topic ("generic status update over MQTT") and the notifications, which
 * carry only what changed. `topic` is the device's prefix; its full status topic is understood too.
 */
function shelly(topic: string): readonly TopicSource[] {
  const prefix = topic.replace(/\/(status\/em:0|events\/rpc)$/, '');
  const within = (parent: string): MeterField[] => [
    ...lines.flatMap((phase, index) => {
      const letter = 'abc'[index];
      return [
        unsignedCurrent(phase, `${parent}/${letter}_current`),
        field(phase, 'W', `${parent}/${letter}_act_power`),
        field(phase, 'V', `${parent}/${letter}_voltage`),
      ];
    }),
    field('total', 'W', `${parent}/total_act_power`),
  ];
  return [
    json(`${prefix}/status/em:0`, within('')),
    {
      ...json(`${prefix}/events/rpc`, within('/params/em:0')),
      about: '/params/em:0',
      partial: true,
      time: { pointer: '/params/ts', format: 'unix-s' },
    },
  ];
}

/** DSMR-reader's JSON of a telegram: text in kW, import and export apart, currents in whole amperes. */
function dsmrReader(topic: string): readonly TopicSource[] {
  const fields = lines.flatMap((phase) => {
    const line = phase.toLowerCase();
    return [
      unsignedCurrent(phase, `/phase_power_current_${line}`),
      net(phase, 'kW', `/phase_currently_delivered_${line}`, `/phase_currently_returned_${line}`),
      field(phase, 'V', `/phase_voltage_${line}`),
    ];
  });
  const total = net('total', 'kW', '/electricity_currently_delivered', '/electricity_currently_returned');
  return [{ ...json(topic, [...fields, total]), time: { pointer: '/timestamp', format: 'iso' } }];
}

/**
 * amsreader (AMS2MQTT) in its JSON formats: all lists on one topic, or one topic per list. The lists carry
 * different fields at different rates, and other messages use the same topic.
 */
function amsreader(topic: string): readonly TopicSource[] {
  const fields = lines.flatMap((phase, index) => {
    const number = index + 1;
    return [
      unsignedCurrent(phase, `/data/I${number}`),
      net(phase, 'W', `/data/P${number}`, `/data/PO${number}`),
      field(phase, 'V', `/data/U${number}`),
    ];
  });
  const total = net('total', 'W', '/data/P', '/data/PO');
  return ['', '/list1', '/list2', '/list3', '/list4'].map((suffix) => ({
    ...json(`${topic}${suffix}`, [...fields, total]),
    about: '/data',
    partial: true,
    time: { pointer: '/t', format: 'unix-s' },
  }));
}

/** A grid meter on a Victron GX, one topic for each value: `topic` is `N/<portal>/grid/<instance>`. */
function victron(topic: string): readonly TopicSource[] {
  const one = (path: string, entry: MeterField): TopicSource => json(`${topic}/Ac/${path}`, [entry]);
  return [
    ...lines.flatMap((phase) => [
      // Some of the meters a GX reads tell the current without its direction.
      one(`${phase}/Current`, unsignedCurrent(phase, '/value')),
      one(`${phase}/Power`, field(phase, 'W', '/value')),
      one(`${phase}/Voltage`, field(phase, 'V', '/value')),
    ]),
    one('Power', field('total', 'W', '/value')),
  ];
}

const keepAliveMs = 30_000;

/**
 * What must be sent for the meter to go on telling. A Victron GX sleeps 60 s after the last keep-alive, and
 * awake it tells only changes: reading the meter's values again keeps a steady load from looking silent.
 */
export function meterRequests(meter: MeterConfig): readonly MeterRequest[] {
  if (meter.mapping !== undefined || meter.preset !== 'victron-venus') return [];
  const [, portal = '', ...path] = meter.topic.split('/');
  const everyMs = Math.max(1_000, (meter.maxAgeS * 1000) / 3);
  return [
    {
      topic: `R/${portal}/keepalive`,
      payload: '{"keepalive-options":["suppress-republish"]}',
      everyMs: keepAliveMs,
    },
    { topic: `R/${[portal, ...path].join('/')}/Ac`, payload: '', everyMs },
  ];
}

const json = (topic: string, fields: MeterField[]): TopicSource => ({
  topic,
  codec: 'json',
  partial: false,
  fields,
});

const field = (phase: MeterField['phase'], unit: MeterField['unit'], pointer: string): MeterField => ({
  phase,
  unit,
  pointer,
  sign: 'import-positive',
  scale: 1,
});

const unsignedCurrent = (phase: MeterField['phase'], pointer: string): MeterField => ({
  ...field(phase, 'A', pointer),
  sign: 'unsigned',
});

const net = (phase: MeterField['phase'], unit: 'W' | 'kW', pointer: string, minus: string): MeterField => ({
  ...field(phase, unit, pointer),
  minus,
});
