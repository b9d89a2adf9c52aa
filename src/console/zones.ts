/** How far a time zone is ahead of UTC at an instant. */
function aheadMs(atMs: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).formatToParts(atMs);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const asUtcMs = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return asUtcMs - Math.floor(atMs / 1000) * 1000;
}

/**
 * The instant of a wall time such as `2026-03-01T18:00` in a time zone; undefined when the text is none. An hour that the
 * clock jumps over is the one after it, and of one that comes twice it is the first.
 */
export function instantOf(wallTime: string, timeZone: string): number | undefined {
  const asUtcMs = Date.parse(`${wallTime}Z`);
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(wallTime) || Number.isNaN(asUtcMs)) return undefined;
  const candidates = [-1, 1].map((days) => asUtcMs - aheadMs(asUtcMs + days * 86_400_000, timeZone));
  const exact = candidates.filter((ms) => ms + aheadMs(ms, timeZone) === asUtcMs);
  return exact.length > 0 ? Math.min(...exact) : Math.max(...candidates);
}

/** The wall time at an instant, as an input for it wants to have it. */
export const wallTimeOf = (atMs: number, timeZone: string): string =>
  new Date(atMs + aheadMs(atMs, timeZone)).toISOString().slice(0, 16);
