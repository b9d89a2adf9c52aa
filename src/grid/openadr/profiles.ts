import type { Meaning } from '../../domain/openAdrConfig.ts';
import type { HeardLimit } from '../gridPorts.ts';
import type { Codec } from './codec.ts';
import { codec31 } from './codec31.ts';
import { codec301 } from './codec301.ts';
import type { GacVersion } from './gacRules.ts';
import { standardMeanings } from './meaning.ts';
import type { OpenAdrVersion } from './model.ts';

export type ProfileName = 'openadr3' | 'gac-2.0' | 'gac-2.1' | 'switch-se';

/** What a country or an operator settles that OpenADR leaves open. */
interface Profile {
  readonly version: OpenAdrVersion;
  readonly averaging: HeardLimit['averaging'];
  readonly complyWithinS: number;
  readonly meanings: Readonly<Record<string, Meaning>>;
  /** An acknowledgement is due for every event, asked for or not. */
  readonly alwaysAcknowledges: boolean;
  readonly gac: GacVersion | undefined;
  readonly safeModeName: string | undefined;
}

/** A limit is one at any moment unless the profile says mean: whoever keeps the former keeps the latter. */
const instant = { mode: 'instant' } as const;
const plain = {
  averaging: instant,
  complyWithinS: 0,
  meanings: {},
  alwaysAcknowledges: false,
  gac: undefined,
  safeModeName: undefined,
} as const;

export const profiles: Readonly<Record<ProfileName, Profile>> = {
  openadr3: { ...plain, version: '3.1' },
  'gac-2.0': { ...plain, version: '3.0.1', gac: '2.0', safeModeName: 'safe mode' },
  'gac-2.1': { ...plain, version: '3.1', gac: '2.1', safeModeName: 'safe mode' },
  // Mean power of each delivery period of 15 minutes; a conditional connection obeys within the same time.
  'switch-se': {
    ...plain,
    version: '3.0.1',
    averaging: { mode: 'mean', windowS: 900, isAligned: true },
    complyWithinS: 900,
    meanings: {
      CONSUMPTION_POWER_LIMIT: 'import cap',
      PRODUCTION_POWER_LIMIT: 'export cap',
      POWER_LIMIT_VERSION: 'version',
    },
    alwaysAcknowledges: true,
  },
};

export const codecs: Readonly<Record<OpenAdrVersion, Codec>> = { '3.0.1': codec301, '3.1': codec31 };

/** Payload types of a program: the standard ones, the profile's, the connection's, and its own above them. */
export const meaningsOf = (
  profile: Profile,
  connection: Readonly<Record<string, Meaning>>,
  program: Readonly<Record<string, Meaning>>,
): Readonly<Record<string, Meaning>> => ({
  ...standardMeanings,
  ...profile.meanings,
  ...connection,
  ...program,
});
