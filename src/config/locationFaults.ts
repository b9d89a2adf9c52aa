import { instantMs } from '../domain/instant.ts';
import type { Fault } from '../schema.ts';
import type { Config } from './schema.ts';

/** What of the places of sites cannot be. */
export const locationFaults = ({ sites }: Config): readonly Fault[] =>
  sites.flatMap(({ location }, index) => {
    const path = `/sites/${index}/location`;
    return location === undefined ? [] : [...exceptionFaults(location, path), ...mixFaults(location, path)];
  });

type LocationConfig = NonNullable<Config['sites'][number]['location']>;

const exceptionFaults = (location: LocationConfig, path: string): readonly Fault[] =>
  (['exceptionalOpenings', 'exceptionalClosings'] as const).flatMap((list) =>
    location[list].flatMap(({ from, until }, at) => {
      const message = spanFault(instantMs(from), instantMs(until));
      return message === undefined ? [] : [{ path: `${path}/${list}/${at}`, message }];
    }),
  );

function mixFaults({ energyMix, isGreenEnergy }: LocationConfig, path: string): readonly Fault[] {
  if (energyMix === undefined) return [];
  const fault = (message: string): Fault => ({ path: `${path}/energyMix`, message });
  const percent = energyMix.sources.reduce((sum, each) => sum + each.percent, 0);
  return [
    ...(isGreenEnergy === undefined
      ? [fault('needs isGreenEnergy beside it, which partners are told too')]
      : []),
    // Shares are rounded where they come from.
    ...(percent > 100.5 ? [fault(`has ${percent} % of sources, and the whole is 100 %`)] : []),
  ];
}

function spanFault(fromMs: number | undefined, untilMs: number | undefined): string | undefined {
  if (fromMs === undefined || untilMs === undefined) return 'names a day or a time that does not exist';
  return untilMs > fromMs ? undefined : 'must end after it begins';
}
