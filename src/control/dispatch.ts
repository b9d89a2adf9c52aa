import { phases } from '../domain/phases.ts';
import type { Evse } from '../domain/site.ts';
import { isOver, loads, remaining, roomAmps, take } from './capacity.ts';
import type { Rung } from './escalation.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';
import { isMeteredOver } from './nodePlan.ts';
import type { EvsePlan, Plan } from './plan.ts';
import type { ScheduleForm, StationCommand } from './ports.ts';
import type { SiteState } from './siteState.ts';
import type { Topology, TopologyEvse } from './topology.ts';

export interface DispatchOptions {
  readonly leaseMs: number;
  /** A raise smaller than this waits, unless it is the last bit to all the EVSE can use. */
  readonly deadbandAmps: number;
  /** An EVSE that was lowered is not raised again sooner. */
  readonly raiseDelayMs: number;
  /** A command that did not reach the wire by then is dropped. */
  readonly commandExpiryMs: number;
}

export interface DispatchInput {
  readonly topology: Topology;
  readonly plan: Plan;
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  readonly monotonicMs: number;
  /** What is to be done about stations that do not obey, by the EVSE's index. */
  readonly rungs: ReadonlyMap<number, Rung>;
  readonly epoch: number;
  nextSequence(): number;
  readonly options: DispatchOptions;
}

/** A command and why it goes out, for the log and for the validator. */
export interface Dispatched {
  readonly evseIndex: number;
  readonly command: StationCommand;
  readonly cause: 'escalate' | 'lower' | 'tail' | 'refresh' | 'standing' | 'assert' | 'raise';
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
    if (planned === undefined || !isFree) return [];
    const heldAmps = ledger.lease(at.evse.id)?.setpointAmps;
    return [{ index, at, planned, record, heldAmps, intent: intent(input, index, at, planned, record) }];
  });

  const kept = evses.flatMap((evse): Dispatched[] => {
    const { index, planned, heldAmps = 0, intent: cause } = evse;
    if (cause === 'escalate') return [{ evseIndex: index, cause, command: escalated(input, evse) }];
    if (cause === 'lower')
      return [{ evseIndex: index, cause, command: lease(input, evse, planned.allocatedAmps) }];
    if (cause === 'tail' || cause === 'refresh') {
      return [{ evseIndex: index, cause, command: lease(input, evse, heldAmps) }];
    }
    return cause === 'standing' ? [{ evseIndex: index, cause, command: standing(input, evse) }] : [];
  });
  return [...kept, ...raises(input, evses)];
}

interface Evaluated {
  readonly index: number;
  readonly at: TopologyEvse;
  readonly planned: EvsePlan;
  readonly record: EvseRecord;
  readonly heldAmps: number | undefined;
  readonly intent: Dispatched['cause'] | undefined;
}

/** What an EVSE needs to be told, if anything. */
function intent(
  { ledger, monotonicMs, options, rungs }: DispatchInput,
  index: number,
  { evse }: TopologyEvse,
  planned: EvsePlan,
  record: EvseRecord,
): Dispatched['cause'] | undefined {
  const mayAsk = record.standingRetryAtMs === undefined || monotonicMs >= record.standingRetryAtMs;
  const lacksStanding = mayAsk && ledger.standingAmps(evse.id) !== planned.standingAmps;
  if (!planned.isPlanned) return lacksStanding ? 'standing' : undefined;

  const held = ledger.lease(evse.id);
  const isLapsing = held !== undefined && monotonicMs >= held.mayEndFromMs;
  if (held === undefined || isLapsing || ledger.needsAssertion(evse.id)) return 'assert';
  const rise = planned.allocatedAmps - held.setpointAmps;
  if (rise < -sameAmps) return 'lower';
  const rung = rungs.get(index);
  if (rung !== undefined && rung !== 'alarm') return 'escalate';
  const hasTail = evse.traits.leaseForm !== 'none';
  if (hasTail && planned.tailAmps < held.tailAmps - sameAmps) return 'tail';
  if (monotonicMs - held.sentAtMs >= options.leaseMs * refreshShare(index)) return 'refresh';
  if (lacksStanding) return 'standing';
  const isDelayed = monotonicMs - record.loweredAtMs < options.raiseDelayMs;
  return rise > sameAmps && !isDelayed ? 'raise' : undefined;
}

/** Half of the lease, less up to a tenth so that leases given together are not refreshed together. */
const refreshShare = (index: number): number => 0.5 - 0.1 * ((index * 0.618_034) % 1);

/** Raises and first leases, each as far as the capacity is proven free, the lowest first. */
function raises(input: DispatchInput, evses: readonly Evaluated[]): readonly Dispatched[] {
  const { topology, plan, ledger, options } = input;
  const exposures = plan.evses.map(({ exposureAmps }) => exposureAmps);
  const capacity = plan.nodes.map((node) => node.capacity);
  const left = remaining(capacity, loads(topology, exposures));
  // Whatever the estimates say: while a meter shows more than the limit, nobody below it is given more.
  plan.nodes.forEach((node, index) => {
    const free = left[index];
    for (const phase of phases)
      if (free !== undefined && isMeteredOver(node, phase)) free.amps[phase] = Math.min(0, free.amps[phase]);
  });

  const dispatched: Dispatched[] = [];
  const asking = evses
    .filter(({ intent: cause }) => cause === 'assert' || cause === 'raise')
    .sort((a, b) => (a.heldAmps ?? 0) - (b.heldAmps ?? 0));
  for (const evse of asking) {
    const { index, at, planned, heldAmps = 0, intent: cause } = evse;
    const isFull = at.path.some((node) => left[node] !== undefined && isOver(left[node]));
    // What is counted may be more than what is in force, after a reboot above all: where too much is counted already,
    // to assert all of it could be a raise.
    const provenAmps = isFull
      ? Math.min(planned.exposureAmps, certainAmps(input, at.evse))
      : planned.exposureAmps + roomAmps(topology, index, left, planned.exposureAmps);
    // One that let its lease run out without an answer has to show first that it takes commands: each lost one
    // would keep its old current counted for another lease.
    const wantedAmps = ledger.isSilent(at.evse.id)
      ? Math.min(planned.allocatedAmps, planned.tailAmps)
      : planned.allocatedAmps;
    const setpointAmps = settable(at.evse, Math.min(wantedAmps, provenAmps));
    const rise = setpointAmps - heldAmps;
    const isLastBit = rise > sameAmps && setpointAmps >= planned.capAmps - sameAmps;
    if (cause === 'raise' && rise < options.deadbandAmps && !isLastBit) continue;
    take(topology, index, Math.max(0, setpointAmps - planned.exposureAmps), left, planned.exposureAmps);
    dispatched.push({
      evseIndex: index,
      cause: cause === 'assert' ? 'assert' : 'raise',
      command: lease(input, evse, setpointAmps),
    });
  }
  return dispatched;
}

/** What is in force for sure: the lease as it may have run down, without one the standing profile. */
const certainAmps = ({ ledger, monotonicMs }: DispatchInput, { id }: Evse): number =>
  ledger.lease(id) === undefined ? (ledger.standingAmps(id) ?? 0) : ledger.setpointAmpsMin(id, monotonicMs);

/** Rounded down to what the EVSE can be set to: 0, or a step from its minimum up. */
function settable(evse: Evse, amps: number): number {
  const { stepAmps } = evse.traits;
  // The nudge keeps 7.999999 from becoming 7 where 8 was meant.
  const stepped = stepAmps > 0 ? Math.floor(amps / stepAmps + 1e-9) * stepAmps : amps;
  // And 5.999999 from being sent where 6 is the least.
  return stepped < evse.minAmps ? 0 : Math.max(evse.minAmps, Math.min(stepped, amps));
}

// --- the commands ----------------------------------------------------------------------------------

/**
 * A lease that ends in a rise lasts twice as long. If we die, all that fall have fallen by then: else whoever falls
 * first would rise into what the others still hold.
 */
const risingLeases = 2;

function lease(input: DispatchInput, evse: Evaluated, setpointAmps: number): StationCommand {
  // What honours no end goes on as it is.
  const isForEver = evse.at.evse.traits.leaseForm === 'none';
  const tailAmps = isForEver ? setpointAmps : evse.planned.tailAmps;
  const { leaseMs } = input.options;
  return {
    kind: 'lease',
    ...address(input, evse),
    transactionId: evse.record.session?.transactionId ?? '',
    setpointAmps,
    tailAmps,
    leaseMs: tailAmps > setpointAmps ? risingLeases * leaseMs : leaseMs,
    schedule: form(evse),
  };
}

/** What the rung asks for: the lease again, a bound on its whole station, or the end of its session. */
function escalated(input: DispatchInput, evse: Evaluated): StationCommand {
  const transactionId = evse.record.session?.transactionId ?? '';
  switch (input.rungs.get(evse.index)) {
    case 'station maximum': {
      const amps = stationAmps(input, evse);
      const { leaseMs: durationMs } = input.options;
      return { kind: 'station maximum', ...address(input, evse), amps, durationMs, schedule: form(evse) };
    }
    case 'remote stop':
      return { kind: 'remote stop', ...address(input, evse), transactionId };
    default:
      return lease(input, evse, evse.heldAmps ?? 0);
  }
}

/** What the EVSEs of its station may have together: their setpoints, and where nobody charges what a car would get. */
const stationAmps = ({ topology, ledger }: DispatchInput, { at }: Evaluated): number =>
  topology.evses
    .filter(({ evse }) => evse.station === at.evse.station)
    .reduce((sum, { evse }) => sum + (ledger.lease(evse.id)?.setpointAmps ?? evse.failsafeAmps), 0);

const standing = (input: DispatchInput, evse: Evaluated): StationCommand => ({
  kind: 'standing',
  ...address(input, evse),
  amps: evse.planned.standingAmps,
  schedule: form(evse),
});

function address(
  input: DispatchInput,
  { at }: Evaluated,
): Omit<Extract<StationCommand, { kind: 'remote stop' }>, 'kind' | 'transactionId'> {
  const { evse, site } = at;
  return {
    siteId: site.id,
    stationId: evse.station,
    evseId: evse.id,
    evseNumber: evse.number,
    epoch: input.epoch,
    sequence: input.nextSequence(),
    sentAtMs: input.monotonicMs,
    expiresAtMs: input.monotonicMs + input.options.commandExpiryMs,
  };
}

const form = ({ at: { evse, site } }: Evaluated): ScheduleForm => ({
  unit: evse.traits.unit,
  phaseVolts: site.supply.phaseVolts,
  // A car between two lines is a one-phase car to its station.
  phaseCount: site.supply.system === 'IT' && evse.wiring.length === 2 ? 1 : evse.wiring.length,
  stackLevel: evse.traits.stackLevel,
  leaseForm: evse.traits.leaseForm,
});
