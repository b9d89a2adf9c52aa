/** ISO 8601 duration. Months and years have no fixed length, so they stay apart. `isEndless` is the `P9999Y` of OpenADR. */
export interface Duration {
  readonly months: number;
  readonly ms: number;
  readonly isNegative: boolean;
  readonly isEndless: boolean;
}

/** The form that the OpenAPI documents of OpenADR 3.0.1 and 3.1 give as `duration`. */
const form =
  /^(-?)P(?=\d|T\d)(?:(\d{1,9})Y)?(?:(\d{1,9})M)?(?:(\d{1,9})([DW]))?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/;

const dayMs = 86_400_000;
/** "P9999Y" is the agreed word for infinity [OpenADR 3.1 User Guide 7.3]. Whoever writes about as much means it too. */
const endlessYears = 1_000;

export function durationOf(text: string): Duration | undefined {
  const parts = form.exec(text);
  if (parts === null) return undefined;
  const number = (index: number): number => Number(parts[index] ?? 0);
  const days = number(4) * (parts[5] === 'W' ? 7 : 1);
  return {
    months: number(2) * 12 + number(3),
    ms: days * dayMs + number(6) * 3_600_000 + number(7) * 60_000 + Math.round(number(8) * 1_000),
    isNegative: parts[1] === '-',
    isEndless: number(2) >= endlessYears,
  };
}

/** The instant a duration after another; Infinity when it does not end. */
export function instantAfter(startMs: number, duration: Duration): number {
  if (duration.isEndless || startMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
  const sign = duration.isNegative ? -1 : 1;
  if (duration.months === 0) return startMs + sign * duration.ms;
  const start = new Date(startMs);
  const day = start.getUTCDate();
  start.setUTCDate(1);
  start.setUTCMonth(start.getUTCMonth() + sign * duration.months);
  // 31 January and a month is the last of February, not 3 March.
  const lastDay = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 0)).getUTCDate();
  start.setUTCDate(Math.min(day, lastDay));
  return start.getTime() + sign * duration.ms;
}

/** Milliseconds as `PT…` for our own reports. */
export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1_000);
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3_600),
    Math.floor((seconds % 3_600) / 60),
    seconds % 60,
  ];
  const text = `${hours > 0 ? `${hours}H` : ''}${minutes > 0 ? `${minutes}M` : ''}${rest > 0 ? `${rest}S` : ''}`;
  return `PT${text === '' ? '0S' : text}`;
}
