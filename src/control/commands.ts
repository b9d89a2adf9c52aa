import type { Evse } from '../domain/site.ts';
import type { Supply } from '../domain/supply.ts';
import { endsInStanding, leaseMsOf, type StationTraits } from '../domain/traits.ts';
import type { Rung } from './escalation.ts';
import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';
import type { EvsePlan } from './plan.ts';
import type { LeftRung, ScheduleForm, StationCommand } from './ports.ts';
import type { Topology, TopologyEvse } from './topology.ts';

export interface CommandOptions {
  readonly leaseMs: number;
  /** A command that did not reach the wire by then is dropped. */
  readonly commandExpiryMs: number;
}

export interface CommandInput {
  readonly topology: Topology;
  readonly ledger: ExposureLedger;
  readonly monotonicMs: number;
  /** What is to be done about stations that do not obey, by the EVSE's index. */
  readonly rungs: ReadonlyMap<number, Rung>;
  readonly epoch: number;
  nextSequence(): number;
  readonly options: CommandOptions;
}

/** Whom a command is for. */
export interface Addressee {
  readonly index: number;
  readonly at: TopologyEvse;
  readonly planned: EvsePlan;
  readonly record: EvseRecord;
  /** Which of the ways to write it is tried. */
  readonly attempt: number;
  readonly heldAmps: number | undefined;
}

/**
 * A lease that ends in a rise lasts twice as long. If we die, all that fall have fallen by then: else whoever falls
 * first would rise into what the others still hold.
 */
const risingLeases = 2;

/** The setpoint and what it falls to. */
export function lease(input: CommandInput, evse: Addressee, setpointAmps: number): StationCommand {
  // What honours no end goes on as it is.
  const { traits, session } = evse.record;
  const isForEver = traits.leaseForm === 'none';
  const tailAmps = isForEver ? setpointAmps : endAmps(input.ledger, evse.record, evse.planned);
  const leaseMs = renewableMs(evse.record, input.options.leaseMs);
  return {
    kind: 'lease',
    ...address(input, evse),
    transactionId: session?.transactionId ?? '',
    ...(session !== undefined && { startedAtMs: session.startedAtMs }),
    setpointAmps,
    tailAmps,
    leaseMs: tailAmps > setpointAmps ? risingLeases * leaseMs : leaseMs,
    ...(traits.kind === 'dynamic' && input.ledger.needsAssertion(evse.at.evse.id) && { isAnew: true }),
    schedule: form(evse),
  };
}

/** How long a setpoint is given for where something ends it. */
export const renewableMs = ({ evse, traits }: EvseRecord, usualMs: number): number =>
  evse.partner?.leaseMs ?? leaseMsOf({ ...traits, leaseForm: 'tail' }, usualMs);

/** What a lease falls to: one that only ends, to the standing profile that is there already or comes next. */
export const endAmps = (
  ledger: ExposureLedger,
  { evse, traits }: EvseRecord,
  { tailAmps }: EvsePlan,
): number =>
  endsInStanding(traits.leaseForm) ? Math.max(tailAmps, ledger.standingAmps(evse.id) ?? 0) : tailAmps;

/** What the rung asks for: the lease again, a bound on its whole station, or the end of its session. */
export function escalated(input: CommandInput, evse: Addressee): StationCommand {
  const transactionId = evse.record.session?.transactionId ?? '';
  const rung = input.rungs.get(evse.index);
  // Where the setpoint is the maximum of its station, there is no other above it.
  if (rung === 'station maximum' && evse.record.traits.rung === 'station maximum')
    return lease(input, evse, evse.heldAmps ?? 0);
  switch (rung) {
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

/** What was left where its setpoint lay before. */
export const clear = (input: CommandInput, evse: Addressee, rung: LeftRung): StationCommand => ({
  kind: 'clear',
  ...address(input, evse),
  rung,
});

/** What the EVSEs of its station may have together: their setpoints, and where nobody charges what a car would get. */
const stationAmps = ({ topology, ledger }: CommandInput, { at }: Addressee): number =>
  topology.evses
    .filter(({ evse }) => evse.station === at.evse.station)
    .reduce((sum, { evse }) => sum + (ledger.lease(evse.id)?.setpointAmps ?? evse.failsafeAmps), 0);

/** The interrupted charge, which `planned.beginAmps` is kept free for. */
export const begin = (input: CommandInput, evse: Addressee): StationCommand => ({
  kind: 'remote start',
  ...address(input, evse),
  tokenId: evse.record.interrupted?.tokenId ?? '',
  amps: evse.planned.beginAmps ?? 0,
});

/** Another profile prevails over its setpoint, and has no part in the allocation any more. */
export const endOfPriority = (input: CommandInput, evse: Addressee): StationCommand => ({
  kind: 'end priority',
  ...address(input, evse),
  transactionId: evse.record.session?.transactionId ?? '',
});

/** The profile below all leases. */
export const standing = (input: CommandInput, evse: Addressee): StationCommand => ({
  kind: 'standing',
  ...address(input, evse),
  amps: evse.planned.standingAmps,
  schedule: form(evse),
});

function address(
  input: CommandInput,
  { at }: Addressee,
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

const form = ({ at: { evse, site }, record, attempt }: Addressee): ScheduleForm => ({
  ...scheduleForm(evse, site.supply, record.traits),
  attempt,
});

/** How schedules are written for an EVSE. */
export const scheduleForm = (evse: Evse, supply: Supply, traits: StationTraits): ScheduleForm => ({
  ...traits,
  phaseVolts: supply.phaseVolts,
  // A car between two lines is a one-phase car to its station.
  phaseCount: supply.system === 'IT' && evse.wiring.length === 2 ? 1 : evse.wiring.length,
});
