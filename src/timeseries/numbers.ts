import type { Point } from '@influxdata/influxdb-client';

/**
 * All fields are floats: a field that is an integer once refuses a fraction for ever after. Numbers that are not
 * finite have no form in the line protocol.
 */
export function withNumbers(point: Point, numbers: Readonly<Record<string, number | undefined>>): Point {
  for (const [name, value] of Object.entries(numbers)) {
    if (value !== undefined && Number.isFinite(value)) point.floatField(name, value);
  }
  return point;
}
