import type { PowerSpan } from '../../control/wishedPower.ts';
import type { Capacity } from './forecast.ts';

// What we ask the capacity provider for, beside what it gave. Pure.

/** A capacity in watts that we would rather have, in the place of the one with its request id. */
export type Wish = Capacity & { readonly value: { readonly watts: number } };

/** Nearer than this to what was given, or asked for already, is not worth a message. */
const shareMin = 0.1;

const isNear = (watts: number, otherWatts: number): boolean =>
  Math.abs(watts - otherWatts) <= shareMin * otherWatts;

/** The parts of the capacities given that are far from what is wanted then, each with what is wanted. */
export const wishesOf = (given: readonly Capacity[], wished: readonly PowerSpan[]): readonly Wish[] =>
  given.flatMap((capacity) =>
    wished.flatMap((span): readonly Wish[] => {
      const { value } = capacity;
      const fromMs = Math.round(Math.max(capacity.fromMs, span.fromMs));
      const untilMs = Math.min(capacity.untilMs, span.untilMs);
      const watts = Math.round(span.watts);
      if (!('watts' in value) || fromMs >= untilMs || isNear(watts, value.watts)) return [];
      return [{ ...capacity, fromMs, untilMs, value: { watts } }];
    }),
  );

/** Whether a part of them was not asked for before, or far from it. */
export const isNews = (wishes: readonly Wish[], earlier: readonly Wish[]): boolean =>
  wishes.some(({ fromMs, untilMs, value: { watts } }) => {
    const same = earlier.filter((each) => isNear(watts, each.value.watts));
    const askedMs = same.reduce(
      (sum, each) => sum + Math.max(0, Math.min(untilMs, each.untilMs) - Math.max(fromMs, each.fromMs)),
      0,
    );
    return askedMs < untilMs - fromMs;
  });
