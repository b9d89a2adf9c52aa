import type { LimitTarget } from '../../domain/gridLimit.ts';
import type { OpenAdrEvent } from './model.ts';

/** A part of the site that the VTN knows by a name: a grid connection, an area, a group of chargers. */
export interface OpenAdrResource {
  readonly name: string;
  readonly target: LimitTarget;
  /** Other names for it in targets: EAN18, meter point, group. */
  readonly targets: readonly string[];
  /** Watts of the levels 1, 2 and 3 of SIMPLE; level 0 is no limit. */
  readonly levelWatts: readonly number[] | undefined;
  readonly maxWatts: number | undefined;
}

export type Addressees =
  | { readonly status: 'ours'; readonly resources: readonly OpenAdrResource[] }
  | { readonly status: 'foreign'; readonly why: string };

/** 3.0.1's target types that name no place: the VEN, or what holds the event anyway. */
const placeless = new Set(['VEN_NAME', 'EVENT_NAME', 'PROGRAM_NAME', 'ORGANIZATION_ID']);

/**
 * Whom an event means. Without targets, or with our VEN's name alone, it is everything we have; otherwise what it names.
 */
export function addressees(
  event: Pick<OpenAdrEvent, 'targets'>,
  venName: string,
  resources: readonly OpenAdrResource[],
): Addressees {
  const vens = event.targets.filter(({ kind }) => kind === 'VEN_NAME');
  if (vens.length > 0 && !vens.some(({ value }) => value === venName)) {
    return { status: 'foreign', why: `it is for the VEN ${vens[0]?.value}` };
  }
  const isVen = ({ kind, value }: OpenAdrEvent['targets'][number]): boolean =>
    kind === undefined ? value === venName : placeless.has(kind);
  const places = new Set(event.targets.filter((target) => !isVen(target)).map(({ value }) => value));
  if (places.size === 0) return { status: 'ours', resources };
  const named = resources.filter(({ name, targets }) => [name, ...targets].some((each) => places.has(each)));
  if (named.length > 0) return { status: 'ours', resources: named };
  const [first] = places;
  return { status: 'foreign', why: `no resource is called "${first?.slice(0, 64)}"` };
}
