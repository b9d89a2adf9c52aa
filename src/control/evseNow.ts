import type { SiteId } from '../domain/ids.ts';
import type { Phase } from '../domain/phases.ts';
import { sparePhases } from '../domain/phaseUse.ts';
import { usableAmps } from '../domain/reclaim.ts';
import { type Rest, restOf } from '../domain/rest.ts';
import { externalAmps } from './chargingNews.ts';
import { drawnAmps, type EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';
import { beginAmps } from './interruption.ts';
import type { SiteState } from './siteState.ts';
import type { Topology, TopologyEvse } from './topology.ts';

export interface EvseNowInput {
  readonly topology: Topology;
  readonly state: SiteState;
  readonly ledger: ExposureLedger;
  readonly monotonicMs: number;
  readonly options: EvseNowOptions;
  /** Sites that wait for their meters and stations. */
  readonly starting: ReadonlySet<SiteId>;
}

export interface EvseNowOptions {
  /** A car that leaves its offer unused this long lends the rest to others. */
  readonly reclaimAfterMs: number;
  /** A car that charged and takes nothing for so long leaves its minimum to others; 0: never. */
  readonly restAfterMs: number;
  /** Past this a station's measurement no longer tells what its car draws. */
  readonly drawMaxAgeMs: number;
}

/** One EVSE as a tick finds it. */
export interface EvseNow {
  readonly at: TopologyEvse;
  readonly record: EvseRecord;
  /** The most that may flow: what may be in force, and what its car was seen to take beyond that. */
  readonly exposureAmps: number;
  /** What a setpoint does not take away: all of the exposure, or where it is planned only the overdraw. */
  readonly reservedAmps: number;
  /** The most that stays in force when nobody speaks to it any more. */
  readonly fallbackAmps: number;
  /** The least its car may have been held to since it was measured, the overdraw included. */
  readonly leastAllowedAmps: number;
  /** It has a session and takes commands. Otherwise it counts as it is. */
  readonly isPlanned: boolean;
  /** What an earlier process left in force is not known everywhere yet: it is not raised. */
  readonly isHeld: boolean;
  /** What a charge that is to begin again there needs. */
  readonly beginAmps: number | undefined;
  /** A person stopped its site. */
  readonly isStopped: boolean;
  /** Lower than its own maximum when the car takes less or it is held. */
  readonly capAmps: number;
  /** Whether its car is done, for all we see. */
  readonly rest: Rest;
  /** Phases its car does not use, as far as its site counts on that. */
  readonly sparePhases: readonly Phase[];
}

/** Every EVSE of a topology as it is now, in its order. */
export function evsesNow(input: EvseNowInput): readonly EvseNow[] {
  return input.topology.evses.map((at) => evseNow(input, at));
}

function evseNow(input: EvseNowInput, at: TopologyEvse): EvseNow {
  const { state, ledger, monotonicMs, starting } = input;
  const { evse, site } = at;
  const record = state.evse(evse.id);
  const isPlanned = canPlan(input, record);
  const isKnown = ledger.isKnown(evse.id, monotonicMs);
  const isHeld = starting.has(site.id) || !isKnown;
  const isStopped = state.stopOf(site.id) !== undefined;
  const mayBegin = !isHeld && !isStopped && state.isOnline(evse.station);
  const fallbackAmps = ledger.fallbackAmps(evse.id);
  const exposureAmps =
    ledger.exposureAmps(evse.id, state.presence(evse.id), monotonicMs) + record.overdrawAmps;
  const unplannedAmps =
    starting.has(site.id) && !isKnown ? Math.min(exposureAmps, fallbackAmps) : exposureAmps;
  // Whoever does not do what he is told, or no longer tells what he does, counts in full.
  const isLearnt =
    site.phasesUsed === 'learnt' &&
    site.supply.system === 'TN' &&
    isPlanned &&
    record.overdrawAmps === 0 &&
    drawn(input, record) !== undefined;
  const rest = restNow(input, record);
  return {
    at,
    record,
    exposureAmps,
    rest,
    sparePhases: isLearnt ? sparePhases(record.phaseUse, evse) : [],
    // While a site starts nobody is raised, so what is not known yet needs no room beyond what it falls to.
    // To make room for its hardware maximum would pause every car of the site at every restart.
    reservedAmps: isPlanned ? record.overdrawAmps : unplannedAmps,
    fallbackAmps,
    leastAllowedAmps:
      Math.min(record.setpointAmpsMin, ledger.setpointAmpsMin(evse.id, monotonicMs)) + record.overdrawAmps,
    isPlanned,
    isHeld,
    isStopped,
    beginAmps: mayBegin ? beginAmps(record, { ledger, nowMs: monotonicMs }) : undefined,
    capAmps:
      isStopped || record.session?.isRefused === true
        ? 0
        : Math.min(
            rest === 'awake' ? usable(input, record) : restingAmps(rest, record),
            othersAmps(input, record),
            isHeld ? heldAmps(input, record) : Number.POSITIVE_INFINITY,
          ),
  };
}

function canPlan({ state, ledger, monotonicMs }: EvseNowInput, record: EvseRecord): boolean {
  if (record.session === undefined || !state.isOnline(record.evse.station)) return false;
  // What we would set does not hold there: it counts in full.
  if (ledger.isOverridden(record.evse.id)) return false;
  return record.refusal === undefined || monotonicMs >= record.refusal.retryAtMs;
}

const heldAmps = ({ ledger, monotonicMs }: EvseNowInput, { evse }: EvseRecord): number =>
  Math.min(evse.failsafeAmps, ledger.inheritedAmps(evse.id, monotonicMs) ?? evse.failsafeAmps);

const drawn = ({ options, monotonicMs }: EvseNowInput, record: EvseRecord): number | undefined =>
  drawnAmps(record, { nowMs: monotonicMs, maxAgeMs: options.drawMaxAgeMs });

const restNow = ({ options, monotonicMs }: EvseNowInput, { idleSinceMs, isOn, sinceMs }: EvseRecord): Rest =>
  restOf({ idleSinceMs, isOn, sinceMs, afterMs: options.restAfterMs, nowMs: monotonicMs });

/** One that was set to nothing stays there until it is tried again, so that no contactor follows what others leave. */
const restingAmps = (rest: Rest, { evse, isOn }: EvseRecord): number =>
  rest === 'rests' && !isOn ? 0 : evse.minAmps;

/** What the car uses. */
const usable = (input: EvseNowInput, record: EvseRecord): number =>
  usableAmps({
    evse: record.evse,
    drawAmps: drawn(input, record),
    leftUnusedSinceMs: record.leftUnusedSinceMs,
    afterMs: input.options.reclaimAfterMs,
    nowMs: input.monotonicMs,
  });

/** What others let through, at a car that rests as well: below its minimum it gets nothing, and its share goes to the rest. */
function othersAmps({ monotonicMs }: EvseNowInput, record: EvseRecord): number {
  const { upstreamAmps = Number.POSITIVE_INFINITY, partnerAmps = Number.POSITIVE_INFINITY } = record;
  const toldAmps = Math.min(upstreamAmps, partnerAmps);
  return record.external.length === 0 ? toldAmps : Math.min(toldAmps, externalAmps(record, monotonicMs));
}
