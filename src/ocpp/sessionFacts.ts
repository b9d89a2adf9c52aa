import type { SessionFact, SignedValue, ToldInstant } from '../domain/sessionFact.ts';
import type { SampledMeasurement } from './sampledValues.ts';

/** A fact before it is stamped with its station. */
export interface ToldFact extends Omit<SessionFact, 'stationId'> {
  /** The message named the transaction, so it is not over: see `MissingStops`. */
  readonly isSignOfLife: boolean;
}

/** What a meter showed at one instant. */
export interface MeterInstant {
  readonly at: ToldInstant;
  readonly values: Pick<SampledMeasurement, 'registerWh' | 'beginRegisterWh'>;
  readonly signed: readonly SignedValue[];
}

/** What the meter values of a transaction add to its history, one fact for each instant that tells energy. */
export const meterFacts = (
  about: Pick<ToldFact, 'transactionId' | 'evseNumber' | 'isSignOfLife' | 'isOffline'>,
  instants: readonly MeterInstant[],
): readonly ToldFact[] =>
  instants.flatMap(({ at, values, signed }) => {
    const registerWh = values.registerWh ?? values.beginRegisterWh;
    return registerWh === undefined && signed.length === 0 ? [] : [{ ...about, at, registerWh, signed }];
  });
