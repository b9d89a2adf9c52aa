/** RFC 3339 as people write it: seconds may be left away, the zone may not. */
const form = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;

/**
 * An instant in milliseconds since the epoch, from ISO 8601 text with a zone; undefined when it is none.
 *
 * Text without a zone is none: it would mean another instant on another machine. So is 30 February, which
 * `Date.parse` takes for 2 March.
 */
export function instantMs(text: string): number | undefined {
  const day = form.exec(text)?.[1];
  if (day === undefined || !isCalendarDay(day)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

function isCalendarDay(day: string): boolean {
  const ms = Date.parse(`${day}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(day);
}
