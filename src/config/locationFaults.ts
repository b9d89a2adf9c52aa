import { instantMs } from '../domain/instant.ts';
import type { Fault } from '../schema.ts';
import type { Config } from './schema.ts';

/** What of the exceptions from opening hours cannot be. */
export const locationFaults = ({ sites }: Config): readonly Fault[] =>
  sites.flatMap(({ location }, index) =>
    (['exceptionalOpenings', 'exceptionalClosings'] as const).flatMap((list) =>
      (location?.[list] ?? []).flatMap(({ from, until }, at) => {
        const [fromMs, untilMs] = [instantMs(from), instantMs(until)];
        const message = spanFault(fromMs, untilMs);
        return message === undefined ? [] : [{ path: `/sites/${index}/location/${list}/${at}`, message }];
      }),
    ),
  );

function spanFault(fromMs: number | undefined, untilMs: number | undefined): string | undefined {
  if (fromMs === undefined || untilMs === undefined) return 'names a day or a time that does not exist';
  return untilMs > fromMs ? undefined : 'must end after it begins';
}
