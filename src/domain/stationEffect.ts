/**
 * What a message to a station would do to that by which it stays limited, in no version's words. A message that does
 * nothing of the kind has no effects.
 */
export type StationEffect =
  | {
      readonly kind: 'sets profile';
      /** Only what bounds the station as a whole can do nothing but take away. */
      readonly isStationMaximum: boolean;
      readonly profileId: number;
      readonly stackLevel: number;
      /** Its id is one of those that our own profiles have. */
      readonly isOurs: boolean;
    }
  | {
      readonly kind: 'clears profiles';
      /** Of what place: `station maximum` bounds the station as a whole, and is ours at some stations alone. */
      readonly of: 'anything' | 'station maximum' | 'nothing of ours';
    }
  /** A profile that comes along with the start of a session. */
  | { readonly kind: 'starts with profile' }
  /** Changes a profile that is installed, without a word about its limit before. */
  | { readonly kind: 'updates profile' }
  /** Has the profile for it that is programmed at the station prevail over ours. */
  | { readonly kind: 'gives priority'; readonly transactionId: string }
  | { readonly kind: 'switches smart charging off'; readonly key: string }
  /** Changes by what the station proves who it is. */
  | { readonly kind: 'changes password'; readonly key: string }
  /** A setting that is set anew each time the station boots. */
  | { readonly kind: 'changes managed setting'; readonly key: string; readonly setBy: string };

/** Where our own profiles lie at a station. */
export interface OurProfiles {
  readonly stackLevels: readonly number[];
  /** It takes no other profile than the maximum of the station, which its setpoints are written as. */
  readonly areStationMaximum: boolean;
}

/**
 * Why a message must not be sent, and what to do instead; undefined where it may.
 *
 * What may be in force at a station is counted by what we set there. Whatever could raise or remove that by hand would
 * be in force without being counted, and a circuit over its limit with nobody knowing. So it is not sent at all: a
 * limit has its own way, which counts.
 */
export function effectRefusal(effect: StationEffect, ours: OurProfiles): string | undefined {
  switch (effect.kind) {
    case 'sets profile':
      if (!effect.isStationMaximum) {
        return `a profile of this purpose would prevail over the limits that keep the site safe: ${setALimit}`;
      }
      if (effect.isOurs) return `profile id ${effect.profileId} is one of ours: choose another`;
      // Of one purpose the highest level prevails, whatever it allows.
      if (ours.areStationMaximum && effect.stackLevel >= Math.min(...ours.stackLevels))
        return `stack level ${effect.stackLevel} would prevail over the setpoints of this station: ${setALimit}`;
      return ours.stackLevels.includes(effect.stackLevel)
        ? `stack level ${effect.stackLevel} is the one that our own bound lies on: choose another`
        : undefined;
    case 'clears profiles':
      return effect.of === 'anything' || (effect.of === 'station maximum' && ours.areStationMaximum)
        ? 'it would remove the limits that keep the site safe: name a profile id that is not ours, or the purpose ' +
            'of the station as a whole'
        : undefined;
    case 'starts with profile':
      return 'a profile of yours would prevail over ours: use the command remote-start, which starts the session limited';
    case 'updates profile':
      return `nobody but the allocation changes what a profile allows: ${setALimit}`;
    case 'gives priority':
      return 'a priority profile would prevail over ours: raise the priority with PATCH /api/v1/sessions/{session}';
    case 'switches smart charging off':
      return `without "${effect.key}" the station would follow no limit`;
    case 'changes password':
      return `"${effect.key}" is known to us by its hash alone, and a station with another one is locked out: use rotate-password`;
    case 'changes managed setting':
      return `"${effect.key}" is set at every boot: change ${effect.setBy} in the config instead`;
    default:
      return effect satisfies never;
  }
}

const setALimit = 'set a limit with POST /api/v1/limits';
