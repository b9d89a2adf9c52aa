import type { StationTraits } from '../domain/traits.ts';
import type { KnownStation, Line } from './knownStation.ts';

/** Sets a station up, once at a time, and has it tell what it can be told. */
export async function configured(
  station: KnownStation,
  line: Line,
  { meterIntervalS, nowMs }: { readonly meterIntervalS: number; readonly nowMs: number },
): Promise<Partial<StationTraits>> {
  if (line.isConfiguring) return {};
  line.isConfiguring = true;
  if (station.restarts.mayConfigure(nowMs)) {
    station.restarts.configured(nowMs);
    await configureMeters(station, line, meterIntervalS);
  } else {
    station.log.warn('station restarts whenever it is configured: its meter settings are left as they are');
  }
  line.isConfiguring = false;
  return line.dialect.readTraits(line.connection.calls);
}

async function configureMeters(station: KnownStation, line: Line, meterIntervalS: number): Promise<void> {
  const refusals = await line.dialect.configureMeters(line.connection.calls, meterIntervalS);
  if (station.line === line) station.isConfigured = true;
  for (const refusal of refusals) station.log.warn(refusal, 'station refused a meter setting');
}
