import type { GridMeasurement } from '../gridPorts.ts';
import type { OpenAdrResource } from './addressees.ts';
import type { MeasuredMean } from './measurementLog.ts';
import type { OpenAdrEvent, Payload, Report, ReportDescriptor, ReportInterval } from './model.ts';
import type { TimedInterval } from './timing.ts';

export const acknowledgement = 'POWER_LIMIT_ACKNOWLEDGEMENT';

/** The report types that we can fill. */
export const reportTypes = [
  'USAGE',
  'USAGE_FORECAST',
  'DEMAND',
  'READING',
  'SETPOINT',
  'OPERATING_STATE',
] as const;
type ReportType = (typeof reportTypes)[number];

export const isReportType = (text: string): text is ReportType => reportTypes.some((each) => each === text);

/** What is known of one resource. */
export interface ResourceMeasured {
  readonly resource: OpenAdrResource;
  readonly now: GridMeasurement;
  readonly over: (fromMs: number, untilMs: number) => MeasuredMean;
}

export interface ReportInput {
  readonly event: OpenAdrEvent;
  readonly clientName: string;
  readonly nowMs: number;
}

/** "Heard, and in force when its time comes", for each interval and resource, in the form that Switch documents. */
export function acknowledgementReport(
  { event, clientName }: ReportInput,
  resources: readonly OpenAdrResource[],
): Report {
  const intervals = event.intervals.map(
    ({ id }): ReportInterval => ({
      id,
      fromMs: undefined,
      untilMs: undefined,
      payloads: [{ type: acknowledgement, values: [true] }],
    }),
  );
  return {
    programId: event.programId,
    eventId: event.id,
    clientName,
    reportName: undefined,
    descriptors: [{ payloadType: acknowledgement, readingType: undefined, units: undefined }],
    resources: resources.map(({ name }) => ({ resourceName: name, period: event.period, intervals })),
  };
}

/** The report that a descriptor asks for about these intervals. */
export function measuredReport(
  input: ReportInput & {
    readonly descriptor: ReportDescriptor;
    readonly type: ReportType;
    readonly intervals: readonly TimedInterval[];
    readonly measured: readonly ResourceMeasured[];
    readonly dueMs: number;
  },
): Report {
  const { event, clientName, descriptor, type, intervals, measured, dueMs } = input;
  const stretches = intervals.flatMap((each) => stretchesOf(each, descriptor.intervals));
  const contents = (of: readonly ResourceMeasured[]): readonly ReportInterval[] =>
    stretches.map(({ id, fromMs, untilMs }) => ({
      id,
      fromMs,
      untilMs,
      payloads: payloadsOf(of, fromMs, untilMs, input),
    }));
  return {
    programId: event.programId,
    eventId: event.id,
    clientName,
    // Unique: some VTNs refuse a second report of one name.
    reportName: [event.id, type, readingType(type, descriptor), new Date(dueMs).toISOString()]
      .filter((part) => part !== undefined)
      .join(' ')
      .slice(-128),
    descriptors: [{ payloadType: type, readingType: readingType(type, descriptor), units: unitsOf(type) }],
    resources: descriptor.isAggregate
      ? [{ resourceName: 'AGGREGATED_REPORT', period: undefined, intervals: contents(measured) }]
      : measured.map((each) => ({
          resourceName: each.resource.name,
          period: undefined,
          intervals: contents([each]),
        })),
  };
}

const subIntervalMs = 300_000;
const subIntervalsMax = 288;

/** Intervals of the event as they are, or in parts of five minutes where the event leaves that to us. */
function stretchesOf(
  { id, fromMs, untilMs }: TimedInterval,
  kind: ReportDescriptor['intervals'],
): readonly { readonly id: number; readonly fromMs: number; readonly untilMs: number }[] {
  const count = Math.min(subIntervalsMax, Math.ceil((untilMs - fromMs) / subIntervalMs));
  if (kind === 'INTERVALS' || !Number.isFinite(count) || count <= 1) return [{ id, fromMs, untilMs }];
  return Array.from({ length: count }, (_, part) => ({
    id: kind === 'SUB_INTERVALS' ? id : part,
    fromMs: fromMs + part * subIntervalMs,
    untilMs: Math.min(untilMs, fromMs + (part + 1) * subIntervalMs),
  }));
}

const isForecast = ({ isHistorical, readingType: reading }: ReportDescriptor): boolean =>
  !isHistorical || reading === 'FORECAST';

function readingType(type: ReportType, descriptor: ReportDescriptor): string | undefined {
  if (type === 'OPERATING_STATE' || type === 'SETPOINT') return undefined;
  if (type === 'USAGE_FORECAST' || isForecast(descriptor)) return 'FORECAST';
  return type === 'DEMAND' && descriptor.readingType === 'PEAK'
    ? 'PEAK'
    : type === 'USAGE'
      ? 'SUMMED'
      : 'MEAN';
}

/** Energy in kWh, power in kW: the descriptor of the report says so, whatever units were asked. */
const unitsOf = (type: ReportType): string | undefined =>
  type === 'OPERATING_STATE' ? undefined : type.startsWith('USAGE') ? 'KWH' : 'KW';

function payloadsOf(
  measured: readonly ResourceMeasured[],
  fromMs: number,
  untilMs: number,
  { type, descriptor }: { readonly type: ReportType; readonly descriptor: ReportDescriptor },
): readonly Payload[] {
  switch (type) {
    case 'OPERATING_STATE':
      return [{ type, values: [operatingState(measured)] }];
    case 'SETPOINT':
      return quantity(type, sum(measured.map(({ now }) => now.limitWatts)), 'measured');
    case 'USAGE_FORECAST':
      return quantity(type, energyWh(sum(measured.map(foreseenWatts)), fromMs, untilMs), 'measured');
    case 'USAGE':
    case 'DEMAND':
    case 'READING': {
      if (isForecast(descriptor)) {
        const watts = sum(measured.map(foreseenWatts));
        return quantity(type, type === 'USAGE' ? energyWh(watts, fromMs, untilMs) : watts, 'measured');
      }
      const means = measured.map(({ over }) => over(fromMs, untilMs));
      const values = means.map(({ energyWh: wh, peakWatts, meanWatts }) =>
        type === 'USAGE' ? wh : descriptor.readingType === 'PEAK' ? peakWatts : meanWatts,
      );
      return quantity(type, sum(values), worstQuality(means));
    }
  }
}

/** Import only: a report of usage knows no feeding in. Something missing is said, never told as zero without a word. */
function quantity(
  type: string,
  value: number | undefined,
  quality: MeasuredMean['quality'],
): readonly Payload[] {
  const kilo = Math.round(Math.max(0, value ?? 0)) / 1_000;
  const word = value === undefined ? 'MISSING' : quality === 'partial' ? 'ESTIMATED' : 'OK';
  return [{ type, values: [kilo] }, ...(word === 'OK' ? [] : [{ type: 'DATA_QUALITY', values: [word] }])];
}

/** What is drawn now goes on, but never above the limit in force. */
const foreseenWatts = ({ now }: ResourceMeasured): number | undefined =>
  now.watts === undefined ? undefined : Math.min(now.watts, now.limitWatts ?? Number.POSITIVE_INFINITY);

const energyWh = (watts: number | undefined, fromMs: number, untilMs: number): number | undefined =>
  watts === undefined || !Number.isFinite(untilMs) ? undefined : (watts * (untilMs - fromMs)) / 3_600_000;

const sum = (values: readonly (number | undefined)[]): number | undefined =>
  values.reduce((total, each) => (total === undefined || each === undefined ? undefined : total + each), 0);

const worstQuality = (means: readonly MeasuredMean[]): MeasuredMean['quality'] =>
  means.some(({ quality }) => quality !== 'measured') ? 'partial' : 'measured';

/** The words of CTA-2045 in the enumeration OPERATING_STATE. */
function operatingState(measured: readonly ResourceMeasured[]): string {
  if (measured.some(({ now }) => now.quality === 'missing')) return 'ERROR';
  const isRunning = measured.some(({ now }) => now.carWatts > 0);
  const isCurtailed = measured.some(({ now }) => now.limitWatts !== undefined);
  return `${isRunning ? 'RUNNING' : 'IDLE'}_${isCurtailed ? 'CURTAILED' : 'NORMAL'}`;
}
