/** What the stations of the grid bench show to the operator's thread: places in an array that both see. */
export const shown = { lowered: 0, lastLoweredAtMs: 1, drawnAmps: 2, isReady: 3 } as const;

export interface StationsInput {
  readonly url: string;
  readonly count: number;
  readonly board: Float64Array;
}
