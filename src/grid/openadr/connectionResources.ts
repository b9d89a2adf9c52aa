import type { GridConnection } from '../../domain/gridConnection.ts';
import { limitedNode } from '../../domain/gridLimit.ts';
import type { OpenAdrConfig } from '../../domain/openAdrConfig.ts';
import type { OpenAdrResource } from './addressees.ts';

/** The targets of a connection as the VTN knows them: by the first of their external ids, or else by our own. */
export const connectionResources = (
  { targets }: Pick<GridConnection, 'targets'>,
  { resources }: Pick<OpenAdrConfig, 'resources'>,
): readonly OpenAdrResource[] =>
  targets.map(({ target, externalIds }) => {
    const [name = limitedNode(target), ...others] = externalIds;
    const more = resources.find((each) => externalIds.includes(each.name));
    return { name, target, targets: others, levelWatts: more?.levelWatts, maxWatts: more?.maxWatts };
  });
