import { phases } from '../domain/phases.ts';
import type { Evse } from '../domain/site.ts';
import { endsInStanding, outlivesSession, type StationTraits } from '../domain/traits.ts';
import { isOver, loads, type Remaining, remaining, roomAmps, take } from './capacity.ts';
import {
  type Addressee,
  begin,
  type CommandInput,
  type CommandOptions,
  clear,
  endAmps,
  endOfPriority,
  escalated,
  lease,
  renewableMs,
  standing,
} from './commands.ts';
import { type EvseRecord, provenDrawAmps } from './evseRecord.ts';
import type { Lease } from './lease.ts';
import { isMeteredOver } from './nodePlan.ts';
import type { EvsePlan, Plan } from './plan.ts';
import type { StationCommand } from './ports.ts';
import type { SiteState } from './siteState.ts';
import type { TopologyEvse } from './topology.ts';
import { isWornOut } from './wear.ts';

export interface DispatchOptions extends CommandOptions {
  /** A raise smaller than this waits, unless it is the last bit to all the EVSE can use. */
  readonly deadbandAmps: number;
  /** An EVSE that was lowered is not raised again sooner. */
  readonly raiseDelayMs: number;
  /** Past this a station's measurement no longer tells what its car draws. */
  readonly drawMaxAgeMs: number;
}

export interface DispatchInput extends CommandInput {
  readonly plan: Plan;
  readonly state: SiteState;
  readonly options: DispatchOptions;
  /** Where a profile is to end that prevails over our setpoints. */
  readonly ending: ReadonlySet<number>;
}

/** A command and why it goes out, for the log and for the validator. */
export interface Dispatched {
  readonly evseIndex: number;
  readonly command: StationCommand;
  readonly cause:
    | 'clear'
    | 'end priority'
    | 'escalate'
    | 'lower'
    | 'tail'
    | 'refresh'
    | 'standing'
    | 'assert'
    | 'begin'
    | 'raise';
}

/** Below this two setpoints are the same. */
const sameAmps = 0.05;

/**
 * The difference between what the plan wants and what the stations hold, as commands [P6]: what frees or
 * keeps capacity first, then raises into headroom that the ledger proves free, the lowest first. At most one
 * command is in flight per EVSE; what cannot go now is found again by the next tick.
 */
export function dispatch(input: DispatchInput): readonly Dispatched[] {
  const { topology, plan, ledger, state } = input;
  const evses = topology.evses.flatMap((at, index): Evaluated[] => {
    const planned = plan.evses[index];
    const record = state.evse(at.evse.id);
    const isFree = state.isOnline(at.evse.station) && ledger.inFlight(at.evse.id) === undefined;
    if (planned === undefined || !isFree || isTooSoon(input, at.evse)) return [];
    const heldAmps = ledger.lease(at.evse.id)?.setpointAmps;
    const attempt = state.station(at.evse.station)?.device.attempt ?? 0;
    const cause = input.ending.has(index) ? 'end priority' : intent(input, index, at, planned, record);
    const isRaising =
      cause === 'assert' ||
      cause === 'begin' ||
      cause === 'raise' ||
      (cause === 'standing' && isOpen(input, record));
    return [{ index, at, planned, record, attempt, heldAmps, intent: cause, isRaising }];
  });

  const kept = evses.flatMap((evse): Dispatched[] => {
    const { index, planned, heldAmps = 0, intent: cause } = evse;
    if (cause === 'end priority') return [{ evseIndex: index, cause, command: endOfPriority(input, evse) }];
    if (cause === 'escalate') return [{ evseIndex: index, cause, command: escalated(input, evse) }];
    if (cause === 'clear') return cleared(input, evse);
    if (cause === 'lower')
      return [{ evseIndex: index, cause, command: lease(input, evse, planned.allocatedAmps) }];
    if (cause === 'tail' || cause === 'refresh') {
      return [{ evseIndex: index, cause, command: lease(input, evse, heldAmps) }];
    }
    return cause === 'standing' && !evse.isRaising
      ? [{ evseIndex: index, cause, command: standing(input, evse) }]
      : [];
  });
  const raising = evses.filter(({ isRaising }) => isRaising);
  return [...kept, ...raises(input, raising)];
}

function cleared(input: DispatchInput, evse: Evaluated): Dispatched[] {
  const rung = input.ledger.leftRung(evse.at.evse.id);
  const cause = 'clear';
  return rung === undefined ? [] : [{ evseIndex: evse.index, cause, command: clear(input, evse, rung) }];
}

interface Evaluated extends Addressee {
  readonly intent: Dispatched['cause'] | undefined;
  /** It goes out as far as the capacity is proven free. */
  readonly isRaising: boolean;
}

const isTooSoon = ({ ledger, monotonicMs }: DispatchInput, { id, partner }: Evse): boolean =>
  partner !== undefined && monotonicMs < (ledger.toldAtMs(id) ?? Number.NEGATIVE_INFINITY) + partner.pauseMs;

/** What an EVSE needs to be told, if anything. */
function intent(
  { ledger, monotonicMs, options, rungs }: DispatchInput,
  index: number,
  { evse }: TopologyEvse,
  planned: EvsePlan,
  record: EvseRecord,
): Dispatched['cause'] | undefined {
  const mayAsk = record.standingRetryAtMs === undefined || monotonicMs >= record.standingRetryAtMs;
  // What takes the place of the standing profile while a session runs is followed by it when the session has ended.
  const isReplaced = record.session !== undefined && outlivesSession(record.traits.rung);
  // Another operator is told of sessions alone.
  const isOurs = evse.partner === undefined;
  const hasStanding = ledger.hasStanding(evse.id, planned.standingAmps) && record.verified !== 'standing';
  const lacksStanding = isOurs && mayAsk && !isReplaced && !hasStanding;
  const rung = rungs.get(index);
  // Setpoints are in vain there, and the others cannot make room for it.
  if (rung === 'remote stop') return 'escalate';
  if (!planned.isPlanned && lacksStanding) return 'standing';
  if (!planned.isPlanned) return planned.beginAmps === undefined ? undefined : 'begin';

  const held = ledger.lease(evse.id);
  const isLapsing = held !== undefined && monotonicMs >= held.mayEndFromMs;
  const isDoubted = ledger.needsAssertion(evse.id) || record.verified === 'lease';
  if (held === undefined || isLapsing || isDoubted) return 'assert';
  // What it never answered may be in force, and may be less than it is known to hold.
  const isDoubtful =
    ledger.isSilent(evse.id) && planned.allocatedAmps > ledger.setpointAmpsMin(evse.id, monotonicMs);
  if (isDoubtful) return 'assert';
  const rise = planned.allocatedAmps - held.setpointAmps;
  if (rise < -sameAmps) return 'lower';
  if (rung !== undefined && rung !== 'alarm') return 'escalate';
  const { leaseForm } = record.traits;
  const hasTail = leaseForm !== 'none' && leaseForm !== 'offline';
  if (hasTail && endAmps(ledger, record, planned) < held.tailAmps - sameAmps) return 'tail';
  if (monotonicMs - held.sentAtMs >= renewedAfterMs(record, options) * refreshShare(index)) return 'refresh';
  // A lease that would end in the higher standing profile has to know it first: it is given differently.
  if (lacksStanding) return endsHigher(record, held, planned) ? 'refresh' : 'standing';
  if (ledger.leftRung(evse.id) !== undefined && monotonicMs >= record.clearRetryAtMs) return 'clear';
  const raiseDelayMs = Math.max(options.raiseDelayMs, evse.partner?.pauseMs ?? 0);
  const isDelayed = monotonicMs - record.loweredAtMs < raiseDelayMs || isWornOut(record, monotonicMs);
  return rise > sameAmps && !isDelayed ? 'raise' : undefined;
}

/** Whether the standing profile that is planned would make of the end of a lease a rise that was not foreseen. */
const endsHigher = ({ traits }: EvseRecord, held: Lease, { standingAmps }: EvsePlan): boolean =>
  endsInStanding(traits.leaseForm) && standingAmps > Math.max(held.setpointAmps, held.tailAmps);

/** Whether a standing profile may be in force as soon as it arrives: a car may be there, and no lease is certainly above it. */
function isOpen(
  { ledger, monotonicMs }: DispatchInput,
  { evse, session, status, traits }: EvseRecord,
): boolean {
  // A session that an earlier process lost may be held by what the standing profile would take the place of; what that
  // process learnt of its station may be lost with it.
  const replaces = outlivesSession(traits.rung) || ledger.mayBeLeft(evse.id, monotonicMs);
  const mayBeHeld = status === 'unknown' && replaces;
  return (session !== undefined || mayBeHeld) && !ledger.hidesStanding(evse.id, monotonicMs);
}

/** What ends nowhere but offline needs no renewal; what never ends is renewed to show that it is still obeyed. */
const renewedAfterMs = (record: EvseRecord, { leaseMs }: DispatchOptions): number =>
  record.traits.leaseForm === 'offline' ? Number.POSITIVE_INFINITY : renewableMs(record, leaseMs);

/** Half of the lease, less up to a tenth so that leases given together are not refreshed together. */
const refreshShare = (index: number): number => 0.5 - 0.1 * ((index * 0.618_034) % 1);

/** Raises, first leases and open standing profiles, each as far as the capacity is proven free, the lowest first. */
function raises(input: DispatchInput, raising: readonly Evaluated[]): readonly Dispatched[] {
  const left = provenFree(input);
  return raising
    .toSorted((a, b) => (a.heldAmps ?? 0) - (b.heldAmps ?? 0))
    .flatMap((evse): Dispatched[] => {
      const { index, planned, intent: cause } = evse;
      const provenAmps = provenFor(input, evse, left);
      const given = givenTo(input, evse, cause, provenAmps);
      if (given === undefined) return [];
      const { exposureAmps } = planned;
      take(input.topology, index, Math.max(0, given.amps - exposureAmps), left, exposureAmps);
      return [given.dispatched];
    });
}

function provenFree({ topology, plan }: DispatchInput): Remaining {
  const exposures = plan.evses.map(({ exposureAmps }) => exposureAmps);
  const capacity = plan.nodes.map((node) => node.capacity);
  const left = remaining(capacity, loads(topology, exposures));
  // Whatever the estimates say: while a meter shows more than the limit, nobody below it is given more.
  plan.nodes.forEach((node, index) => {
    const free = left[index];
    for (const phase of phases)
      if (free !== undefined && isMeteredOver(node, phase)) free.amps[phase] = Math.min(0, free.amps[phase]);
  });
  return left;
}

/**
 * What may be told to an EVSE without more being in force than there is room for; undefined where nobody can tell yet.
 * What is counted may be more than what is in force, after a reboot above all: where too much is counted already, to
 * assert all of it could be a raise.
 */
function provenFor(input: DispatchInput, evse: Evaluated, left: Remaining): number | undefined {
  const { index, at, planned } = evse;
  const isFull = at.path.some((node) => left[node] !== undefined && isOver(left[node]));
  if (isFull) return certainAmps(input, evse);
  return planned.exposureAmps + roomAmps(input.topology, index, left, planned.exposureAmps);
}

interface Given {
  readonly amps: number;
  readonly dispatched: Dispatched;
}

function givenTo(
  input: DispatchInput,
  evse: Evaluated,
  cause: Evaluated['intent'],
  provenAmps: number | undefined,
): Given | undefined {
  if (cause === 'standing') return openStanding(input, evse, provenAmps);
  return cause === 'begin' ? begun(input, evse, provenAmps) : raised(input, evse, provenAmps);
}

/** All that its car may take has to be free. */
function begun(input: DispatchInput, evse: Evaluated, provenAmps = 0): Given | undefined {
  const { beginAmps: amps } = evse.planned;
  if (amps === undefined || amps > provenAmps + sameAmps) return undefined;
  return { amps, dispatched: { evseIndex: evse.index, cause: 'begin', command: begin(input, evse) } };
}

function openStanding(input: DispatchInput, evse: Evaluated, provenAmps = 0): Given | undefined {
  const { standingAmps: amps } = evse.planned;
  if (amps > provenAmps + sameAmps) return undefined;
  return { amps, dispatched: { evseIndex: evse.index, cause: 'standing', command: standing(input, evse) } };
}

function raised(input: DispatchInput, evse: Evaluated, provenAmps: number | undefined): Given | undefined {
  const { index, at, planned, record, heldAmps = 0, intent } = evse;
  // What nobody can tell yet stays as it is, and runs out by itself.
  if (provenAmps === undefined && planned.allocatedAmps > 0) return undefined;
  const amps = settable(at.evse, record.traits, Math.min(wantedAmps(input, evse), provenAmps ?? 0));
  const rise = amps - heldAmps;
  const isLastBit = rise > sameAmps && amps >= planned.capAmps - sameAmps;
  const cause = intent === 'assert' ? 'assert' : 'raise';
  if (cause === 'raise' && rise < input.options.deadbandAmps && !isLastBit) return undefined;
  return { amps, dispatched: { evseIndex: index, cause, command: lease(input, evse, amps) } };
}

/**
 * One that does not answer is raised no more until it does, and where its lease ran out meanwhile it is told its tail:
 * each lost command would keep its old current counted for another lease.
 */
function wantedAmps(
  { ledger, monotonicMs }: DispatchInput,
  { at, planned, heldAmps = 0 }: Evaluated,
): number {
  const { allocatedAmps, tailAmps } = planned;
  if (!ledger.isSilent(at.evse.id)) return allocatedAmps;
  const isRunning = monotonicMs < (ledger.lease(at.evse.id)?.mayEndFromMs ?? 0);
  return Math.min(allocatedAmps, isRunning ? Math.max(heldAmps, tailAmps) : tailAmps);
}

/** What is in force for certain; undefined where nobody can tell yet. */
function certainAmps(
  { ledger, monotonicMs: nowMs, options }: DispatchInput,
  { at: { evse }, record, planned }: Evaluated,
): number | undefined {
  const drawAmps = provenDrawAmps(record, { nowMs, maxAgeMs: options.drawMaxAgeMs });
  const certain = ledger.certainAmps(evse.id, { drawAmps, nowMs });
  return certain === undefined ? undefined : Math.min(planned.exposureAmps, certain);
}

/** Rounded down to what the EVSE can be set to: 0, or a step from its minimum up. */
function settable(evse: Evse, { stepAmps }: StationTraits, amps: number): number {
  // The nudge keeps 7.999999 from becoming 7 where 8 was meant.
  const stepped = stepAmps > 0 ? Math.floor(amps / stepAmps + 1e-9) * stepAmps : amps;
  // And 5.999999 from being sent where 6 is the least.
  return stepped < evse.minAmps ? 0 : Math.max(evse.minAmps, Math.min(stepped, amps));
}
