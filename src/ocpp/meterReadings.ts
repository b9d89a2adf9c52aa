import type { SignedValue } from '../domain/sessionFact.ts';
import type { StationScope } from './dialect.ts';
import {
  type Sample,
  type SampledMeasurement,
  type SampleWords,
  sampledMeasurement,
} from './sampledValues.ts';
import type { MeterInstant } from './sessionFacts.ts';

/** What the meter of an EVSE showed at one instant, for whoever plans and for the history of sessions. */
export interface MeterReading extends MeterInstant {
  /** As the station wrote it, on its own clock. */
  readonly takenAtMs: number;
  readonly values: SampledMeasurement;
}

/** Every version has meter values of this shape; what a sample looks like differs. */
interface MeterValue<Sampled> {
  readonly timestamp: string;
  readonly sampledValue: readonly Sampled[];
}

/** What else differs between the versions. */
export interface MeterWords<Sampled extends Sample> extends SampleWords<Sampled> {
  signedValue(sampled: Sampled, atMs: number): SignedValue | undefined;
}

/** Reads the meter values of a version, each of them once. */
export const meterReader =
  <Sampled extends Sample>(words: MeterWords<Sampled>) =>
  (meterValue: readonly MeterValue<Sampled>[], station: StationScope): readonly MeterReading[] =>
    meterValue.map(({ timestamp, sampledValue }) => {
      const at = station.instant(timestamp);
      return {
        at,
        takenAtMs: at.atMs + at.aheadMs,
        values: sampledMeasurement(sampledValue, words),
        signed: sampledValue.map((value) => words.signedValue(value, at.atMs)).filter(isSigned),
      };
    });

const isSigned = (value: SignedValue | undefined): value is SignedValue => value !== undefined;
