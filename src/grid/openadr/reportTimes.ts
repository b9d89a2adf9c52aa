import type { OpenAdrEvent, ReportDescriptor } from './model.ts';
import { type TimedInterval, type TimingInput, timing } from './timing.ts';

export interface DueReport {
  readonly dueMs: number;
  readonly intervals: readonly TimedInterval[];
}

/** How far back and ahead a report looks. */
const reachMs = 26 * 3_600_000;

/**
 * The newest report of a descriptor that is due, undefined when none is yet [OpenADR 3.1 User Guide 7.5].
 *
 * Report k is about `numIntervals` intervals from number `startInterval` + k · `frequency`, for k below `repeat`. A
 * historical one is due when its last interval ends, a forecast when its first begins. Of several that are past, only
 * the newest is wanted.
 */
export function dueReport(
  descriptor: ReportDescriptor,
  input: Omit<TimingInput, 'window'>,
  nowMs: number,
): DueReport | undefined {
  const event = withImpliedIntervals(input.event);
  const count = event.intervals.length;
  if (count === 0 || descriptor.frequency === 0) return undefined;
  const window = { fromMs: nowMs - reachMs, untilMs: nowMs + reachMs };
  const when = timing({ ...input, event, window });
  if (when.status === 'unreadable') return undefined;

  const length = descriptor.intervalCount < 0 ? count : Math.max(1, descriptor.intervalCount);
  const stride = descriptor.frequency < 0 ? length : descriptor.frequency;
  const first = firstNumber(descriptor, count, length);
  const byNumber = new Map(when.value.intervals.map((each) => [each.cycle * count + each.index, each]));
  let newest: DueReport | undefined;
  for (const [number, interval] of byNumber) {
    const from = descriptor.isHistorical ? number - length + 1 : number;
    if (!isReport((from - first) / stride, descriptor.repeat)) continue;
    const dueMs = descriptor.isHistorical ? interval.untilMs : interval.fromMs;
    if (dueMs > nowMs || (newest !== undefined && newest.dueMs >= dueMs)) continue;
    const intervals = Array.from({ length }, (_, index) => byNumber.get(from + index)).filter(
      (each) => each !== undefined,
    );
    newest = { dueMs, intervals };
  }
  return newest;
}

const isReport = (k: number, repeat: number): boolean =>
  Number.isInteger(k) && k >= 0 && (repeat < 0 || k < repeat);

/** -1 is "up to the last interval" for history, and "from the first" for a forecast. */
function firstNumber(descriptor: ReportDescriptor, count: number, length: number): number {
  if (descriptor.startInterval >= 0) return descriptor.startInterval;
  return descriptor.isHistorical ? Math.max(0, count - length) : 0;
}

/** An event without intervals but with a period asks for reports on periods that repeat for ever [User Guide 7.5]. */
function withImpliedIntervals(event: OpenAdrEvent): OpenAdrEvent {
  const { period } = event;
  if (event.intervals.length > 0 || period?.duration === undefined || event.reportDescriptors.length === 0) {
    return event;
  }
  return { ...event, duration: 'P9999Y', intervals: [{ id: 0, period: undefined, payloads: [] }] };
}
