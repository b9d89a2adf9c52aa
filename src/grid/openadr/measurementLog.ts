import type { Clock } from '../../control/ports.ts';
import type { GridMeasurement } from '../gridPorts.ts';

/** What was measured over a stretch of time. */
export interface MeasuredMean {
  readonly meanWatts: number | undefined;
  readonly peakWatts: number | undefined;
  readonly energyWh: number | undefined;
  /** `missing`: nothing at all; `partial`: less than nine tenths of the time, or assumed instead of measured. */
  readonly quality: 'measured' | 'partial' | 'missing';
}

interface Minute {
  readonly startMs: number;
  readonly sumWatts: number;
  readonly sampleCount: number;
  readonly measuredCount: number;
  readonly peakWatts: number;
}

const minuteMs = 60_000;
/** Reports about the day before are the longest that events ask for. */
const minutesMax = 26 * 60;

/** Minute means of the last day, of one resource, for reports. In memory: what was lost is reported as missing. */
export class MeasurementLog {
  readonly #clock: Clock;
  /** Oldest first. */
  #minutes: Minute[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  add({ watts, quality }: GridMeasurement): void {
    if (watts === undefined || quality === 'missing') return;
    const startMs = Math.floor(this.#clock.nowMs() / minuteMs) * minuteMs;
    const last = this.#minutes.at(-1);
    const isSame = last?.startMs === startMs;
    const minute: Minute = {
      startMs,
      sumWatts: (isSame ? last.sumWatts : 0) + watts,
      sampleCount: (isSame ? last.sampleCount : 0) + 1,
      measuredCount: (isSame ? last.measuredCount : 0) + (quality === 'measured' ? 1 : 0),
      peakWatts: Math.max(isSame ? last.peakWatts : watts, watts),
    };
    // Somebody set the clock back: what is later than now never was.
    const kept = isSame ? this.#minutes.slice(0, -1) : this.#minutes.filter((each) => each.startMs < startMs);
    this.#minutes = [...kept, minute].slice(-minutesMax);
  }

  /** Over the minutes that begin in [fromMs, untilMs), the mean of their means. */
  over(fromMs: number, untilMs: number): MeasuredMean {
    const within = this.#minutes.filter(({ startMs }) => startMs + minuteMs > fromMs && startMs < untilMs);
    if (within.length === 0) {
      return { meanWatts: undefined, peakWatts: undefined, energyWh: undefined, quality: 'missing' };
    }
    const means = within.map(({ sumWatts, sampleCount }) => sumWatts / sampleCount);
    const meanWatts = means.reduce((sum, each) => sum + each, 0) / means.length;
    const wantedCount = Math.max(1, (untilMs - fromMs) / minuteMs);
    const isMeasured = within.every(({ measuredCount, sampleCount }) => measuredCount === sampleCount);
    return {
      meanWatts,
      peakWatts: Math.max(...within.map(({ peakWatts }) => peakWatts)),
      energyWh: (meanWatts * (untilMs - fromMs)) / 3_600_000,
      quality: isMeasured && within.length >= 0.9 * wantedCount ? 'measured' : 'partial',
    };
  }
}
