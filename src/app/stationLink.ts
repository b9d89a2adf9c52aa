import type { LoadedConfig } from '../config/config.ts';
import type { StationLink } from '../control/ports.ts';

/** The way to all stations: to ours, and over OCPI to those of partners once their operators can be told. */
export function stationLinks(
  { sites }: LoadedConfig,
  ours: StationLink,
): StationLink & { join(partners: StationLink): void } {
  const theirs = new Set(
    sites.flatMap(({ evses }) => evses.flatMap(({ partner, station }) => (partner ? station : []))),
  );
  let partners: StationLink | undefined;
  return {
    // Before it is joined none of them is online, so there is nothing to be told.
    send: (command) => (theirs.has(command.stationId) ? partners : ours)?.send(command),
    join: (link) => {
      partners = link;
    },
  };
}
