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

/**
 * What the first and the last message of a transaction say of its meter belongs to it, though the meter was read a moment
 * before or after.
 */
export const withinTransaction =
  (event: 'Started' | 'Updated' | 'Ended', edge: ToldInstant) =>
  (instant: MeterInstant): MeterInstant => {
    const isBefore = event === 'Started' && instant.at.atMs < edge.atMs;
    const isAfter = event === 'Ended' && instant.at.atMs > edge.atMs;
    return isBefore || isAfter ? { ...instant, at: edge } : instant;
  };
