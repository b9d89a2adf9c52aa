import type { Evse } from '../domain/site.ts';
import { type LeaseRung, outlivesSession } from '../domain/traits.ts';
import type { RememberedExposure } from './inherited.ts';
import { type Lease, mayHaveFallen } from './lease.ts';
import type { StationCommand } from './ports.ts';

/** What the ledger holds of one EVSE. Instants are monotonic. */
export interface ExposureEntry {
  readonly evse: Evse;
  /** The highest standing profile that may be in force; undefined: nobody knows of one. */
  standingAmps: number | undefined;
  /** The lowest. Known once one was acknowledged in this process: what an earlier one kept may lack its last moments. */
  standingAmpsMin: number | undefined;
  /** Acknowledged, for the session that runs. */
  lease: Lease | undefined;
  /** Leases that were sent and never answered: any of them may be in force. */
  unanswered: readonly Lease[];
  /** The least of all that were sent and never answered, those that count for nothing above included. */
  leastUnanswered: Lease | undefined;
  /** Acknowledged on another rung before, and not replaced by what came after: any may be in force. */
  overlaid: readonly Lease[];
  /** What lies on those rungs was taken away, by the word of its station. */
  isCleared: boolean;
  /** Somebody else's profile prevails over ours for the session that runs. */
  isOverridden: boolean;
  /** Since when it is offline. */
  offlineSinceMs: number | undefined;
  /** The value before a decrease, while the car follows. */
  falling: { readonly amps: number; readonly untilMs: number } | undefined;
  inFlight: StationCommand | undefined;
  /** When it was told something last. */
  toldAtMs: number | undefined;
  /** What is in flight is for a session that ended meanwhile: its answer says nothing about the next one. */
  isInFlightVoid: boolean;
  /** Until then an earlier process may have left anything in force. */
  unknownUntilMs: number;
  /** Until then it is worth waiting for the station to tell. */
  awaitedUntilMs: number;
  /** How far its station's clock is off, either way. */
  skewMs: number;
  /** What it left, as far as that is known. */
  inherited: RememberedExposure | undefined;
  /** The station said hello, booted or began a session since it last acknowledged a lease. */
  needsAssertion: boolean;
  /** It said so after what is in flight went out: that answers for what came before alone. */
  isDoubtedInFlight: boolean;
}

/** Of an EVSE that an earlier process may have told anything that ends by `unknownMs`; nobody waits past `awaitedMs`. */
export const newEntry = (
  evse: Evse,
  inherited: RememberedExposure | undefined,
  until: { readonly unknownMs: number; readonly awaitedMs: number },
): ExposureEntry => ({
  evse,
  standingAmps: inherited?.standingAmps,
  standingAmpsMin: undefined,
  lease: undefined,
  unanswered: [],
  leastUnanswered: undefined,
  overlaid: [],
  isCleared: false,
  isOverridden: false,
  offlineSinceMs: undefined,
  falling: undefined,
  inFlight: undefined,
  toldAtMs: undefined,
  isInFlightVoid: false,
  unknownUntilMs: until.unknownMs,
  awaitedUntilMs: until.awaitedMs,
  skewMs: 0,
  inherited,
  needsAssertion: true,
  isDoubtedInFlight: false,
});

/**
 * The highest standing profile that may be in force, one on its way included: never below the failsafe current on the
 * word of an earlier process.
 */
export function standingMost({ evse, standingAmps, standingAmpsMin, inFlight }: ExposureEntry): number {
  if (evse.partner !== undefined) return evse.partner.unlimitedAmps;
  if (standingAmps === undefined) return evse.maxAmps;
  const keptAmps = standingAmpsMin === undefined ? evse.failsafeAmps : 0;
  return Math.max(standingAmps, keptAmps, inFlight?.kind === 'standing' ? inFlight.amps : 0);
}

/** The lowest: no more than that is in force for certain. */
export function standingLeast({ evse, standingAmpsMin = 0, inFlight }: ExposureEntry): number {
  if (evse.partner !== undefined) return evse.partner.unlimitedAmps;
  return Math.min(standingAmpsMin, inFlight?.kind === 'standing' ? inFlight.amps : standingAmpsMin);
}

/** A standing profile was acknowledged, or sent and never answered: then either may be in force. */
export function standingAnswered(
  entry: ExposureEntry,
  amps: number,
  outcome: 'accepted' | 'timed-out',
): void {
  const { standingAmps, standingAmpsMin } = entry;
  if (outcome === 'accepted') {
    entry.standingAmps = amps;
    entry.standingAmpsMin = amps;
    return;
  }
  entry.standingAmps = standingAmps === undefined ? undefined : Math.max(standingAmps, amps);
  entry.standingAmpsMin = standingAmpsMin === undefined ? undefined : Math.min(standingAmpsMin, amps);
}

/** The most that may be in force where no lease was acknowledged. */
export function withoutLease(entry: ExposureEntry, nowMs: number): number {
  if (nowMs < entry.unknownUntilMs) return entry.evse.maxAmps;
  return Math.max(standingMost(entry), inheritedTail(entry));
}

/**
 * What a lease of an earlier process may fall to. The last one it sent may be missing from what was kept, for a crash
 * takes the last moments with it; but no tail is above the failsafe current.
 */
export const inheritedTail = (entry: ExposureEntry): number =>
  Math.max(isInherited(entry) ? entry.evse.failsafeAmps : 0, entry.inherited?.tailAmps ?? 0);

/** An earlier process told it last. */
export const isInherited = ({ lease, unknownUntilMs }: ExposureEntry): boolean =>
  lease === undefined && unknownUntilMs > 0;

/** A transaction's own profile that an earlier process left there, before its station was told otherwise. */
export function leftByAnother(entry: ExposureEntry): readonly Lease[] {
  const { evse, inherited } = entry;
  if (inherited?.leftUntilMs === undefined) return [];
  const times = { sentAtMs: 0, mayEndFromMs: 0, endsAtMs: inherited.leftUntilMs };
  const amps = { setpointAmps: evse.maxAmps, tailAmps: inheritedTail(entry) };
  return [{ transactionId: '', ...amps, ...times, form: 'tail', rung: 'transaction', offlineMs: undefined }];
}

/** Its station honours no end of a setpoint, or may be told by a key of its maker's, which has none. */
export const isForEver = ({ traits }: Evse): boolean =>
  traits.leaseForm === 'none' || traits.vendorKey !== undefined;

/** Whether the standing profile may be in force although there was a lease: its end brings it. */
export const fallsToStanding = ({ lease, unanswered, overlaid }: ExposureEntry, nowMs: number): boolean =>
  [lease, ...unanswered, ...overlaid].some((each) => each !== undefined && mayHaveFallen(each, nowMs));

export function changeLeases(entry: ExposureEntry, change: (lease: Lease) => Lease): void {
  if (entry.lease !== undefined) entry.lease = change(entry.lease);
  entry.unanswered = entry.unanswered.map(change);
  entry.overlaid = entry.overlaid.map(change);
}

/** On a rung that outlives sessions the standing profile has the place of the setpoint. */
export function replaceByStanding(entry: ExposureEntry, rung: LeaseRung): void {
  if (!outlivesSession(rung)) return;
  if (entry.lease?.rung === rung) entry.lease = undefined;
  entry.unanswered = otherRungs(entry.unanswered, rung);
  entry.overlaid = otherRungs(entry.overlaid, rung);
}

export const otherRungs = (leases: readonly Lease[], rung: LeaseRung): readonly Lease[] =>
  leases.filter((lease) => lease.rung !== rung);
