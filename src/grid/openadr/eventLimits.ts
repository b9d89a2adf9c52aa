import type { Meaning } from '../../domain/openAdrConfig.ts';
import type { HeardLimit, HeardPrice } from '../gridPorts.ts';
import { addressees, type OpenAdrResource } from './addressees.ts';
import { gridValue, limitShape } from './meaning.ts';
import type { OpenAdrEvent, Payload, Program, Reading } from './model.ts';
import { parts, type TimedInterval, type TimingInput, timing } from './timing.ts';

/** How this connection reads events: its profile and its config, settled. */
export interface EventReading {
  readonly venName: string;
  readonly resources: readonly OpenAdrResource[];
  readonly meanings: Readonly<Record<string, Meaning>>;
  readonly averaging: HeardLimit['averaging'];
  readonly boundary: HeardLimit['boundary'];
  readonly complyWithinS: number;
  readonly powerFactor: number;
  /** Events with this in their name are the fallback for silence, not an order. Compared without case and signs. */
  readonly safeModeName: string | undefined;
  readonly intervalsMax: number;
}

export interface EventInput {
  readonly event: OpenAdrEvent;
  /** The program of the event, where it could be read: its descriptors stand in for missing ones. */
  readonly program: Program | undefined;
  readonly heardAtMs: number;
  /** Rises when the event changes. */
  readonly version: number;
  readonly window: TimingInput['window'];
  readonly reading: EventReading;
}

export type JudgedEvent =
  | {
      readonly status: 'fits';
      readonly limits: readonly HeardLimit[];
      readonly prices: readonly HeardPrice[];
      readonly intervals: readonly TimedInterval[];
      readonly resources: readonly OpenAdrResource[];
      readonly isTruncated: boolean;
    }
  | { readonly status: 'foreign'; readonly why: string }
  | { readonly status: 'refused'; readonly why: string };

/** Below every priority that an event may have been given. */
const noPriority = 100;

/** What an event means for us: limits and prices, or why it means nothing. One bad value refuses it as a whole. */
export function judgedEvent(input: EventInput): JudgedEvent {
  const { event, reading, heardAtMs, window } = input;
  const { venName, intervalsMax } = reading;
  const whom = addressees(event, venName, reading.resources);
  if (whom.status === 'foreign') return whom;
  const when = timing({ event, venName, heardAtMs, window, intervalsMax });
  if (when.status === 'unreadable') return { status: 'refused', why: when.why };

  const limits: HeardLimit[] = [];
  const prices: HeardPrice[] = [];
  for (const interval of when.value.intervals) {
    const version = statedVersion(interval.payloads, reading) ?? input.version;
    for (const payload of interval.payloads) {
      const meaning = reading.meanings[payload.type] ?? 'ignore';
      if (meaning === 'ignore' || meaning === 'version') continue;
      for (const resource of whom.resources) {
        const pieces = piecesOf({ interval, payload, resource, version, input });
        const why =
          meaning === 'price' ? addPrices(pieces, prices, input) : addLimits(meaning, pieces, limits, input);
        if (why !== undefined) return { status: 'refused', why: `${payload.type} ${why}` };
      }
    }
  }
  const { intervals, isTruncated } = when.value;
  return { status: 'fits', limits, prices, intervals, resources: whom.resources, isTruncated };
}

/** A version number in the interval itself counts more than the time of modification. */
function statedVersion(payloads: readonly Payload[], { meanings }: EventReading): number | undefined {
  const value = payloads.find(({ type }) => meanings[type] === 'version')?.values[0];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** One value of a payload for one resource, with its time. */
interface Piece {
  readonly externalId: string;
  readonly version: number;
  readonly value: unknown;
  readonly type: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly resource: OpenAdrResource;
}

interface PieceInput {
  readonly interval: TimedInterval;
  readonly payload: Payload;
  readonly resource: OpenAdrResource;
  readonly version: number;
  readonly input: EventInput;
}

function piecesOf({ interval, payload, resource, version, input }: PieceInput): readonly Piece[] {
  const { index, cycle } = interval;
  const { type, values } = payload;
  return parts(interval, values.length).flatMap(({ fromMs, untilMs }, part): readonly Piece[] => {
    if (untilMs <= input.window.fromMs) return [];
    const place = `${index}${cycle > 0 ? `*${cycle}` : ''}${part > 0 ? `.${part}` : ''}`;
    const externalId = `${input.event.id}/${place}/${type}/${resource.name}`;
    return [{ externalId, version, value: values[part], type, fromMs, untilMs, resource }];
  });
}

function addLimits(
  meaning: Exclude<Meaning, 'price' | 'version' | 'ignore'>,
  pieces: readonly Piece[],
  limits: HeardLimit[],
  { event, program, reading }: EventInput,
): string | undefined {
  const { averaging, boundary, complyWithinS } = reading;
  const shape = limitShape(meaning);
  const role = isSafeMode(event, reading) ? 'failsafe' : shape.role;
  const reason = `${program?.name ?? event.programId}: ${event.name ?? event.id}`.slice(0, 200);
  for (const piece of pieces) {
    if (meaning === 'level' && piece.value === 0) continue;
    const value =
      meaning === 'level'
        ? levelValue(piece)
        : gridValue(piece.value, unitsOf(piece.type, event, program), reading.powerFactor);
    if (value.status === 'unreadable') return value.why;
    limits.push({
      externalId: piece.externalId,
      version: piece.version,
      target: piece.resource.target,
      ...shape,
      role,
      boundary,
      value: value.value,
      averaging,
      fromMs: piece.fromMs,
      untilMs: piece.untilMs === Number.POSITIVE_INFINITY ? undefined : piece.untilMs,
      priority: event.priority ?? noPriority,
      complyWithinS,
      reason,
    });
  }
  return undefined;
}

/** SIMPLE: 1, 2 and 3 are shed levels that each resource gives its own height. */
function levelValue({ value, resource }: Piece): Reading<{ readonly watts: number }> {
  const height = typeof value === 'number' ? resource.levelWatts?.[value - 1] : undefined;
  return height === undefined
    ? {
        status: 'unreadable',
        why: `level ${JSON.stringify(value)} has no levelWatts at resource "${resource.name}"`,
      }
    : { status: 'read', value: { watts: height } };
}

function addPrices(
  pieces: readonly Piece[],
  prices: HeardPrice[],
  { event, program, window }: EventInput,
): string | undefined {
  for (const { type, value, fromMs, untilMs, resource } of pieces) {
    if (typeof value !== 'number' || !Number.isFinite(value))
      return `${JSON.stringify(value)} is not a number`;
    const { units, currency } = descriptorOf(type, event, program) ?? {};
    if (units !== undefined && units.toUpperCase() !== 'KWH') return `units "${units}" are not KWH`;
    prices.push({
      target: resource.target,
      fromMs,
      untilMs: Math.min(untilMs, window.untilMs),
      perKwh: value,
      currency: currency ?? 'XXX', // ISO 4217: no currency.
    });
  }
  return undefined;
}

const descriptorOf = (type: string, event: OpenAdrEvent, program: Program | undefined) =>
  event.payloadDescriptors.find(({ payloadType }) => payloadType === type) ??
  program?.payloadDescriptors.find(({ payloadType }) => payloadType === type);

const unitsOf = (type: string, event: OpenAdrEvent, program: Program | undefined): string | undefined =>
  descriptorOf(type, event, program)?.units;

const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

export const isSafeMode = (event: OpenAdrEvent, { safeModeName }: EventReading): boolean =>
  safeModeName !== undefined && plain(event.name ?? '').includes(plain(safeModeName));
