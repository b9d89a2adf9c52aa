import type { HeardLimit } from './gridPorts.ts';

export interface PlainCap
  extends Pick<
    HeardLimit,
    'externalId' | 'version' | 'target' | 'boundary' | 'fromMs' | 'untilMs' | 'reason'
  > {
  readonly watts: number;
}

/** A cap on import at every moment of its time, from a sender that says nothing else about it. */
export const plainCap = ({ watts, ...about }: PlainCap): HeardLimit => ({
  ...about,
  direction: 'import',
  kind: 'cap',
  role: 'event',
  value: { watts },
  averaging: { mode: 'instant' },
  priority: 100,
  complyWithinS: 0,
});
