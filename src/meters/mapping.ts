import { instantMs } from '../domain/instant.ts';
import type { MeterConfig, MeterField, MeterSource } from '../domain/meterConfig.ts';
import { type Phase, phaseOf } from '../domain/phases.ts';
import { type Pointer, pointerTo, strictNumber } from './json.ts';

/** Why a message, or a value in it, is not used. Short and constant, for counting. */
export type RefusalReason =
  | 'retained'
  | 'too-large'
  | 'empty'
  | 'not-json'
  | 'bad-time'
  | 'too-old'
  | 'from-the-future'
  | 'out-of-order'
  | 'no-value'
  | 'not-a-number'
  | 'missing-phase'
  | 'implausible';

export interface PayloadFault {
  readonly reason: RefusalReason;
  /** JSON Pointer of the value at fault, undefined for the whole message. */
  readonly pointer: string | undefined;
  /** What is wrong and what to do, for people. */
  readonly why: string;
}

type Quantity = 'amps' | 'watts' | 'volts';

/** One value of a meter in our unit and sign. */
export interface MeterValue {
  readonly quantity: Quantity;
  readonly phase: Phase | 'total';
  readonly value: number;
  /** A current whose direction only the power of its phase tells. */
  readonly isUnsigned: boolean;
}

export type SourceMessage =
  | { readonly kind: 'unrelated' }
  | { readonly kind: 'refused'; readonly fault: PayloadFault }
  | {
      readonly kind: 'read';
      readonly values: readonly MeterValue[];
      readonly faults: readonly PayloadFault[];
      /** On the meter's clock; undefined where it tells none. */
      readonly timeMs: number | undefined;
    };

const maxPayloadBytes = 16_384;
/** What a meter on a distribution grid may show between a phase and neutral, or between two phases. */
const plausibleVolts = { least: 50, most: 1000 } as const;
const phaseCount = 3;

const units: Record<MeterField['unit'], { readonly quantity: Quantity; readonly factor: number }> = {
  A: { quantity: 'amps', factor: 1 },
  mA: { quantity: 'amps', factor: 0.001 },
  W: { quantity: 'watts', factor: 1 },
  kW: { quantity: 'watts', factor: 1000 },
  V: { quantity: 'volts', factor: 1 },
};

/**
 * A function that reads the payloads of one topic. Pure: it knows neither the time nor the message before.
 *
 * A value that is not a finite number is absent, never 0: an absent one ages and is then replaced by what was
 * assumed for a silent meter, while a 0 would give its capacity away.
 */
export function sourceReader(told: MeterSource, meter: MeterConfig): (payload: Buffer) => SourceMessage {
  const source = { ...told, fields: told.fields.flatMap((field) => turnedField(field, meter.turned ?? [])) };
  const fields = source.fields.map((field) => compileField(field, meter.maxPlausibleAmps));
  const about = source.about === undefined ? undefined : pointerTo(source.about);
  const readTime = source.time === undefined ? () => undefined : timeReader(source.time);

  return (payload) => {
    const document = parsed(payload, source.codec);
    if ('fault' in document) return { kind: 'refused', fault: document.fault };
    if (about !== undefined && about(document.root) === undefined) return { kind: 'unrelated' };
    const time = readTime(document.root);
    if (typeof time === 'object') return { kind: 'refused', fault: time };

    const results = fields.map((field) => field(document.root));
    const values = results.filter((result) => result !== undefined && 'value' in result);
    const faults = results.filter((result) => result !== undefined && 'reason' in result);
    const missing = source.partial ? [] : missingPhases(source.fields, results);
    if (results.some((result) => result !== undefined)) {
      return { kind: 'read', values, faults: [...faults, ...missing], timeMs: time };
    }
    return source.partial ? { kind: 'unrelated' } : { kind: 'refused', fault: noValue(source.fields) };
  };
}

/** A field of a phase whose current transformer sits the wrong way round; none where a sum holds some such phases and others. */
function turnedField(field: MeterField, turned: readonly MeterField['phase'][]): readonly MeterField[] {
  const { phase, unit, scale } = field;
  const isSum = phase === 'total' && turned.length > 0;
  if (isSum && turned.length < phaseCount) return [];
  const isTurned = unit !== 'V' && (isSum || turned.includes(phase));
  return [isTurned ? { ...field, scale: -scale } : field];
}

type Parsed = { readonly root: unknown } | { readonly fault: PayloadFault };

function parsed(payload: Buffer, codec: MeterSource['codec']): Parsed {
  if (payload.length === 0) {
    return {
      fault: wholeFault('empty', 'the payload is empty: the meter is gone, or its topic was cleared'),
    };
  }
  if (payload.length > maxPayloadBytes) {
    const why = `the payload has ${payload.length} bytes, more than ${maxPayloadBytes}: publish the meter's values alone`;
    return { fault: wholeFault('too-large', why) };
  }
  const text = payload.toString('utf8');
  if (codec === 'number') return { root: text.trim() };
  try {
    const root: unknown = JSON.parse(text);
    return { root };
  } catch {
    return { fault: wholeFault('not-json', `the payload is not JSON: ${quoted(text)}`) };
  }
}

/** A function from payload to value, to what is wrong with it, or to undefined where the payload has none. */
function compileField(
  field: MeterField,
  maxPlausibleAmps: number,
): (root: unknown) => MeterValue | PayloadFault | undefined {
  const { quantity, factor } = units[field.unit];
  const at = pointerTo(field.pointer);
  const minusAt = field.minus === undefined ? undefined : pointerTo(field.minus);
  const phase = field.phase === 'total' ? 'total' : phaseOf(field.phase);
  const perUnit = factor * field.scale * (field.sign === 'export-positive' ? -1 : 1);
  const isPlausible = plausibility(quantity, phase, maxPlausibleAmps);

  return (root) => {
    const told = at(root);
    if (told === undefined) return undefined;
    const number = minusAt === undefined ? strictNumber(told) : importLessExport(told, minusAt(root));
    if (number === undefined) {
      return {
        reason: 'not-a-number',
        pointer: field.pointer,
        why: `${quoted(told)} is not a finite number: it counts as missing`,
      };
    }
    // Adding 0 makes 0 of -0.
    const value = number * perUnit + 0;
    if (!isPlausible(value)) {
      const why = `${quoted(told)} cannot be true in ${field.unit}: check unit, scale and wiring`;
      return { reason: 'implausible', pointer: field.pointer, why };
    }
    const isUnsigned = field.sign === 'unsigned';
    return { quantity, phase, value: isUnsigned ? Math.abs(value) : value, isUnsigned };
  };
}

/**
 * Net import from two counters of one direction each. A meter that tells no export is taken to export nothing,
 * which never shows less import than there is.
 */
function importLessExport(told: unknown, toldExport: unknown): number | undefined {
  const imported = strictNumber(told);
  const exported = toldExport === undefined || toldExport === null ? 0 : strictNumber(toldExport);
  if (imported === undefined || exported === undefined) return undefined;
  // Neither direction can be negative. NaN is what the caller refuses as implausible.
  return imported < 0 || exported < 0 ? Number.NaN : imported - exported;
}

function plausibility(
  quantity: Quantity,
  phase: Phase | 'total',
  maxPlausibleAmps: number,
): (value: number) => boolean {
  if (quantity === 'volts') return (value) => value >= plausibleVolts.least && value <= plausibleVolts.most;
  const most = quantity === 'amps' ? maxPlausibleAmps : maxPlausibleAmps * plausibleVolts.most;
  const bound = phase === 'total' ? most * phaseCount : most;
  return (value) => Math.abs(value) <= bound;
}

/** A phase that is absent while another phase of the same quantity is there. All absent is another kind of message. */
function missingPhases(
  fields: readonly MeterField[],
  results: readonly (MeterValue | PayloadFault | undefined)[],
): readonly PayloadFault[] {
  const isOfPhase = ({ phase }: MeterField): boolean => phase !== 'total';
  const told = new Set(
    fields.filter((field, index) => isOfPhase(field) && results[index] !== undefined).map(quantityOf),
  );
  return fields
    .filter((field, index) => isOfPhase(field) && results[index] === undefined && told.has(quantityOf(field)))
    .map(({ phase, pointer }) => ({
      reason: 'missing-phase',
      pointer,
      why: `${phase} is missing while other phases are there: publish all of them in every message`,
    }));
}

const noValue = (fields: readonly MeterField[]): PayloadFault => {
  const expected = fields.map(({ pointer }) => pointer).join(' ');
  return wholeFault(
    'no-value',
    `the payload has no value of this meter (${expected}): check its topic and preset`,
  );
};

const quantityOf = ({ unit }: MeterField): Quantity => units[unit].quantity;

function timeReader(
  time: NonNullable<MeterSource['time']>,
): (root: unknown) => number | undefined | PayloadFault {
  const at: Pointer = pointerTo(time.pointer);
  return (root) => {
    const told = at(root);
    if (told === undefined) return undefined;
    const ms = timeMs(told, time.format);
    if (ms !== undefined) return ms;
    return {
      reason: 'bad-time',
      pointer: time.pointer,
      why: `${quoted(told)} is not a time in the format ${time.format}`,
    };
  };
}

function timeMs(told: unknown, format: 'unix-ms' | 'unix-s' | 'iso'): number | undefined {
  if (format === 'iso') return typeof told === 'string' ? instantMs(told) : undefined;
  const number = strictNumber(told);
  return number === undefined ? undefined : number * (format === 'unix-s' ? 1000 : 1);
}

const wholeFault = (reason: RefusalReason, why: string): PayloadFault => ({
  reason,
  pointer: undefined,
  why,
});

/** Enough of what came to recognise it. */
const quoted = (told: unknown): string => {
  const text = JSON.stringify(told) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};
