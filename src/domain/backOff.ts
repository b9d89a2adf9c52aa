export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** More than any longest wait needs, and far from what a number can hold. */
const doublingsMax = 30;

/** How long to wait after so many failures in a row, one at least: twice as long each time. */
export const backOffMs = ({ firstMs, maxMs }: BackOff, failures: number): number =>
  Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, doublingsMax));

/** Between half of it and all of it, by a number in [0, 1): those who failed together do not come back in the same instant. */
export const spread = (ms: number, random: number): number => ms * (0.5 + random / 2);
