import type { StationTraits } from '../domain/traits.ts';

/** What a station's configuration says about what it can be told, as its version named it. */
export interface ToldSettings {
  readonly stackLevelMax: string | undefined;
  readonly periodsMax: string | undefined;
  readonly unit: string | undefined;
}

/** What that means. What is missing or cannot be read says nothing. */
export function toldTraits(settings: ToldSettings): Partial<StationTraits> {
  const stackLevelMax = whole(settings.stackLevelMax);
  const periodsMax = whole(settings.periodsMax);
  const unit = unitOf(settings.unit);
  return {
    ...(stackLevelMax !== undefined && { stackLevelMax }),
    ...(periodsMax !== undefined && periodsMax > 0 && { periodsMax }),
    ...(unit !== undefined && { unit }),
  };
}

/** Amps where both are allowed: they say what flows in a conductor. 1.6 has words for them, which some replace by the unit. */
function unitOf(allowed: string | undefined): 'A' | 'W' | undefined {
  const words = (allowed ?? '').split(',').map((word) => word.trim().toLowerCase());
  if (words.includes('current') || words.includes('a')) return 'A';
  return words.includes('power') || words.includes('w') ? 'W' : undefined;
}

/** A number of up to six digits; undefined where it is none. */
export const whole = (text: string | undefined): number | undefined =>
  text !== undefined && /^\s*\d{1,6}\s*$/.test(text) ? Number(text) : undefined;
