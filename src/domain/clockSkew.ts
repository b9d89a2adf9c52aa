/** How far a station's clock is ahead of ours, from the timestamps of its messages; negative when it is behind. */
export interface ClockSkew {
  /** Timestamp less arrival, the newest last. Delay on the way makes them too low, never too high. */
  readonly samplesMs: readonly number[];
  /** undefined until there are enough of them. */
  readonly skewMs: number | undefined;
}

export const unknownSkew: ClockSkew = { samplesMs: [], skewMs: undefined };

const samplesMax = 8;
const samplesMin = 3;

/** The skew after another message: what came with the least delay tells it best. */
export function withTimestamp(
  skew: ClockSkew,
  message: { readonly stampedAtMs: number; readonly arrivedAtMs: number },
): ClockSkew {
  const samplesMs = [...skew.samplesMs, message.stampedAtMs - message.arrivedAtMs].slice(-samplesMax);
  return { samplesMs, skewMs: samplesMs.length < samplesMin ? undefined : Math.max(...samplesMs) };
}

/** A live message is on its way no longer than this. */
export const liveMs = 30_000;
/** Less than this is the way of a message, and within what every lease has to spare. */
export const toleranceMs = 5_000;

/** Stations stamp whole seconds, and a message takes its time: what is less says nothing about a clock. */
const noticedMs = 2_000;

export const isOff = ({ skewMs }: ClockSkew): boolean => Math.abs(skewMs ?? 0) > noticedMs;
