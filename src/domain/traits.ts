/**
 * How a setpoint ends by itself. `tail`: a second period of its schedule. `duration`: the schedule ends, and the standing
 * profile takes over. `offline`: it ends only at a station that has been offline for so long [OCPP 2.1
 * maxOfflineDuration]. `none`: the station honours none of them, and keeps the last value for ever.
 */
export type LeaseForm = 'tail' | 'duration' | 'offline' | 'none';

/**
 * What a setpoint is written as. Down the ladder each reaches stations that refuse the one before: a profile of the
 * transaction, the default of all transactions, the maximum of the station, a setting of the maker's own.
 */
export type LeaseRung = 'transaction' | 'transaction default' | 'station maximum' | 'vendor key';

/** A setting by which stations without charging profiles are limited, and the unit it is written in. */
export interface VendorKey {
  readonly key: string;
  readonly unit: 'A' | 'dA' | 'cA' | 'mA';
}

/** What a station can be told. */
export interface StationTraits {
  /** Unit of its charging schedules. */
  readonly unit: 'A' | 'W';
  /** Setpoints are rounded down to a multiple of this. */
  readonly stepAmps: number;
  /** Stack level of the standing TxDefaultProfile; the lease uses the next one up where there is one. */
  readonly stackLevel: number;
  readonly stackLevelMax: number;
  /** Periods of one schedule. */
  readonly periodsMax: number;
  /** Of schedules that begin with a setpoint. */
  readonly kind: 'absolute' | 'relative' | 'dynamic';
  /** Of schedules that stand for ever. */
  readonly standingKind: 'absolute' | 'relative';
  /** Whether a schedule may begin a minute ago, so that it holds at once where the clock is slow. */
  readonly startsInPast: boolean;
  /** Where 0 is refused a pause is 1 A, which no cable can signal [IEC 61851-1]. */
  readonly takesZero: boolean;
  /** What becomes of a pause. Where it is not over well there is none that can be avoided. */
  readonly resumes: 'well' | 'stays paused' | 'at full power';
  /**
   * Whether `numberPhases` is heeded. Where it is not it is left out, as it must be for direct current [OCPP 2.0.1
   * K01.FR.44]: watts are divided by all conductors then.
   */
  readonly phasesHonoured: boolean;
  readonly answersWithinS: number;
  /** Profiles that outlive a transaction are written to flash memory, which wears out. */
  readonly persistentPerHour: number;
  readonly rung: LeaseRung;
  readonly vendorKey: VendorKey | undefined;
  readonly leaseForm: LeaseForm;
}

export const defaultTraits: StationTraits = {
  unit: 'A',
  stepAmps: 1,
  stackLevel: 0,
  stackLevelMax: 8,
  periodsMax: 24,
  kind: 'absolute',
  standingKind: 'relative',
  startsInPast: true,
  takesZero: true,
  resumes: 'well',
  phasesHonoured: true,
  answersWithinS: 30,
  persistentPerHour: 12,
  rung: 'transaction',
  vendorKey: undefined,
  leaseForm: 'tail',
};

/** Where a trait comes from; an earlier one goes before a later. */
export const traitSources = ['config', 'learnt', 'model', 'station', 'default'] as const;
export type TraitSource = (typeof traitSources)[number];

/** What one source says, and on what grounds. */
export interface TraitLayer {
  readonly source: TraitSource;
  readonly traits: Partial<StationTraits>;
  readonly why: string;
}

/** The traits that follow from what all sources say, in the order of `traitSources`. */
export function resolvedTraits(layers: readonly TraitLayer[]): StationTraits {
  const said = traitSources
    .toReversed()
    .flatMap((source) => layers.filter((layer) => layer.source === source));
  return consistent(Object.assign({}, defaultTraits, ...said.map(({ traits }) => defined(traits))));
}

/** What cannot be written one way is written another. */
function consistent(said: StationTraits): StationTraits {
  // What outlives its transaction would begin anew with the next one if it counted from its start.
  const traits = outlivesSession(said.rung) ? { ...said, kind: 'absolute' as const } : said;
  const { leaseForm, periodsMax, rung } = traits;
  if (rung === 'vendor key') return { ...traits, leaseForm: 'none' };
  if (outlivesSession(rung)) {
    // There is nothing below it to fall to: one that takes a single period keeps what it was told.
    return leaseForm === 'none' || periodsMax < 2
      ? { ...traits, leaseForm: 'none' }
      : { ...traits, leaseForm: 'tail' };
  }
  // A lease of a single period can only end.
  return leaseForm === 'tail' && periodsMax < 2 ? { ...traits, leaseForm: 'duration' } : traits;
}

/** Whether it may be paused for no more than somebody else's turn or a cheaper hour. */
export const mayPause = ({ resumes }: Pick<StationTraits, 'resumes'>): boolean => resumes === 'well';

/** Whether a setpoint that has ended leaves the standing profile in force. */
export const endsInStanding = (form: LeaseForm): boolean => form === 'duration' || form === 'offline';

/** Whether a setpoint stays in force when its transaction has ended, and counts for the next one. */
export const outlivesSession = (rung: LeaseRung): boolean => rung !== 'transaction';

/** How long a setpoint is given for: longer where each renewal wears a memory out, for ever where nothing ends it. */
export function leaseMsOf(
  { rung, leaseForm, persistentPerHour }: Pick<StationTraits, 'rung' | 'leaseForm' | 'persistentPerHour'>,
  leaseMs: number,
): number {
  if (leaseForm === 'none') return Number.POSITIVE_INFINITY;
  // It is renewed at half its life.
  return outlivesSession(rung) ? Math.max(leaseMs, (2 * hourMs) / persistentPerHour) : leaseMs;
}

const hourMs = 3_600_000;

/** One line of what the operator sees. */
export interface ExplainedTrait {
  readonly name: keyof StationTraits;
  readonly value: unknown;
  readonly source: TraitSource;
  readonly why: string;
}

export function explainedTraits(layers: readonly TraitLayer[]): readonly ExplainedTrait[] {
  const traits = resolvedTraits(layers);
  return traitNames.map((name) => {
    const sayers = layers.filter((layer) => layer.traits[name] !== undefined);
    const layer = traitSources.flatMap((source) => sayers.filter((each) => each.source === source))[0];
    return { name, value: traits[name], source: layer?.source ?? 'default', why: layer?.why ?? '' };
  });
}

const traitNames = [
  'unit',
  'stepAmps',
  'stackLevel',
  'stackLevelMax',
  'periodsMax',
  'kind',
  'standingKind',
  'startsInPast',
  'takesZero',
  'resumes',
  'phasesHonoured',
  'answersWithinS',
  'persistentPerHour',
  'rung',
  'vendorKey',
  'leaseForm',
] as const satisfies readonly (keyof StationTraits)[];

/** What is left out on purpose says nothing, and so does what is written as undefined. */
const defined = (traits: Partial<StationTraits>): Partial<StationTraits> =>
  Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== undefined));
