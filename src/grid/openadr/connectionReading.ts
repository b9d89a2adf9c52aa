import type { Meaning, OpenAdrConfig } from '../../domain/openAdrConfig.ts';
import type { Codec } from './codec.ts';
import type { EventReading } from './eventLimits.ts';
import type { Program } from './model.ts';
import { codecs, meaningsOf, profiles } from './profiles.ts';

/** Of one event within the window that is handed on; 8 days of quarter-hours are 768. */
export const intervalsMax = 2_000;

/** The version spoken: the config's, otherwise the profile's. */
export const codecOf = ({ version, profile }: OpenAdrConfig): Codec =>
  codecs[version ?? profiles[profile].version];

/** The config's entry for a program; undefined when the program is not obeyed. */
export function programSettings(
  config: OpenAdrConfig,
  program: Program | undefined,
  programId: string,
): { readonly payloads?: Readonly<Record<string, Meaning>> | undefined } | undefined {
  if (config.programs.length === 0) return {};
  return config.programs.find(({ name }) => name === programId || name === program?.name);
}

/** How events of a program are read; undefined when the program is not obeyed. */
export function readingOf(
  config: OpenAdrConfig,
  { resources, boundary }: Pick<EventReading, 'resources' | 'boundary'>,
  program: Program | undefined,
  programId: string,
): EventReading | undefined {
  const settings = programSettings(config, program, programId);
  if (settings === undefined) return undefined;
  const profile = profiles[config.profile];
  const { averaging, complyWithinS } = profile;
  return {
    venName: config.venName,
    resources,
    meanings: meaningsOf(profile, config.payloads ?? {}, settings.payloads ?? {}),
    averaging,
    complyWithinS,
    boundary,
    powerFactor: config.powerFactor,
    safeModeName: config.safeModeName ?? profile.safeModeName,
    intervalsMax,
  };
}
