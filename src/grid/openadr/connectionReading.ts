import type { OpenAdrResource } from './addressees.ts';
import type { Codec } from './codec.ts';
import type { EventReading } from './eventLimits.ts';
import type { Meaning } from './meaning.ts';
import type { Program } from './model.ts';
import type { OpenAdrConfig } from './openAdrConfig.ts';
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
  resources: readonly OpenAdrResource[],
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
    boundary: config.boundary,
    powerFactor: config.powerFactor,
    safeModeName: config.safeModeName ?? profile.safeModeName,
    intervalsMax,
  };
}
