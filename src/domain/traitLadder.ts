import type { LeaseRung, StationTraits } from './traits.ts';

/** What was refused, and in which words. */
export interface RefusedSetpoint {
  readonly kind: 'lease' | 'standing';
  readonly amps: number;
  /** The station's own word: a status, and in 2.x a reason code. */
  readonly reason: string;
}

/** Another way to write what a station refused. */
export interface Variant {
  readonly change: Partial<StationTraits>;
  /** What is learnt when the station takes it. */
  readonly why: string;
}

export interface Circumstances {
  /** EVSEs of the station: its maximum is shared by all of them, so it is a setpoint for one alone. */
  readonly evseCount: number;
  /** Whether amps may be written as watts: on IT they may not. */
  readonly takesWatts: boolean;
}

/**
 * The ways to write a refused setpoint, in the order in which they are tried. A station that names the reason has the
 * fitting one tried first; one of 1.6 says no more than `Rejected`.
 *
 * Nothing changes at a station that refuses, so trying costs time and no safety.
 */
export function variants(
  traits: StationTraits,
  refused: RefusedSetpoint,
  circumstances: Circumstances,
): readonly Variant[] {
  // Without its transaction no way of writing helps: the same is sent again when the station knows it.
  if (/TxNotFound/i.test(refused.reason)) return [];
  const formal = formalVariants(traits, refused, circumstances);
  const named = formal.filter(({ hint }) => hint.test(refused.reason));
  const isPurpose = /UnsupportedPurpose|NotSupported|NotImplemented/i.test(refused.reason);
  const rungs = nextRungs(traits, circumstances);
  const ways = [...named, ...formal.filter((each) => !named.includes(each))].map(({ change, why }) => ({
    change,
    why,
  }));
  // What is refused on every rung may be refused for its form on each of them.
  const below = rungs.flatMap((next) => [
    next,
    ...ways.map(({ change, why }) => ({ change: { ...change, ...next.change }, why: `${next.why}, ${why}` })),
  ]);
  return isPurpose ? below : [...ways, ...below];
}

type Formal = Variant & { readonly hint: RegExp };

function formalVariants(
  traits: StationTraits,
  { kind, amps }: RefusedSetpoint,
  { takesWatts }: Circumstances,
): readonly Formal[] {
  const found: Formal[] = [];
  const add = (hint: RegExp, change: Partial<StationTraits>, why: string): void => {
    found.push({ hint, change, why });
  };
  if (amps === 0 && traits.takesZero)
    add(/InvalidValue|InvalidSchedule/i, { takesZero: false }, 'refused 0 A');
  if (kind === 'standing') {
    const standingKind = traits.standingKind === 'relative' ? 'absolute' : 'relative';
    add(/Kind|Relative/i, { standingKind }, `refused a ${traits.standingKind} schedule`);
  } else {
    if (traits.stackLevelMax > traits.stackLevel)
      add(
        /StackLevel/i,
        { stackLevelMax: traits.stackLevel },
        `refused stack level ${traits.stackLevel + 1}`,
      );
    if (traits.leaseForm === 'tail' && traits.periodsMax > 1)
      add(/InvalidSchedule|Period/i, { periodsMax: 1 }, 'refused two periods');
    if (traits.kind === 'absolute') add(/Kind/i, { kind: 'relative' }, 'refused an absolute schedule');
    if (traits.kind !== 'absolute') add(/Kind/i, { kind: 'absolute' }, `refused a ${traits.kind} schedule`);
  }
  if (traits.unit === 'W') add(/RateUnit/i, { unit: 'A' }, 'refused watts');
  else if (takesWatts) add(/RateUnit/i, { unit: 'W' }, 'refused amps');
  if (traits.phasesHonoured)
    add(/NoPhaseForDC|numberPhases/i, { phasesHonoured: false }, 'refused numberPhases');
  return found;
}

const ladder: readonly LeaseRung[] = ['transaction', 'transaction default', 'station maximum', 'vendor key'];

/** The rungs below, as far as they can stand for a setpoint of one EVSE. */
function nextRungs({ rung, vendorKey }: StationTraits, { evseCount }: Circumstances): readonly Variant[] {
  return ladder
    .slice(ladder.indexOf(rung) + 1)
    .filter((each) => each !== 'station maximum' || evseCount === 1)
    .filter((each) => each !== 'vendor key' || vendorKey !== undefined)
    .map((each) => ({ change: { rung: each }, why: `refused every ${rung} profile` }));
}
