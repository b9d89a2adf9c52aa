import type { ChargingProfile } from '../domain/chargingProfile.ts';
import type { ScheduleDifference } from '../domain/scheduleDifference.ts';
import { isOurProfile } from './setpoint.ts';

/** A profile that lies on a station as far as we know. */
export interface KnownProfile {
  readonly profile: ChargingProfile;
  /** Somebody else's: it came from another system, or from outside. */
  readonly isForeign: boolean;
  /** `sent`: the station accepted it from us. `reported`: it said so itself. */
  readonly from: 'sent' | 'reported';
  /** Whose limit it is, where the station told. */
  readonly source: string | undefined;
  readonly atMs: number;
}

/** What a station's own calculation showed, and where it departs from ours. */
export interface ScheduleCheck {
  readonly evseNumber: number;
  readonly atMs: number;
  readonly difference: ScheduleDifference | undefined;
}

/** Profiles of one station that are remembered. */
const profilesMax = 256;

/** Reports of one station that may be under way at once. */
const reportsMax = 8;

interface Report {
  /** It was asked for everything; else what it does not tell lies there as before. */
  readonly isWhole: boolean;
  readonly found: KnownProfile[];
}

/**
 * What charging profiles lie on a station as far as we know: what it accepted from us, corrected by what it reports
 * itself. A whole report replaces everything that was known, once its last part has come.
 */
export class ProfileBook {
  #known = new Map<number, KnownProfile>();
  readonly #reports = new Map<number, Report>();
  #readAtMs: number | undefined;
  readonly #checks = new Map<number, ScheduleCheck>();

  get profiles(): readonly KnownProfile[] {
    return [...this.#known.values()];
  }

  /** When the station last told all of them; undefined before. */
  get readAtMs(): number | undefined {
    return this.#readAtMs;
  }

  get checks(): readonly ScheduleCheck[] {
    return [...this.#checks.values()];
  }

  /** It accepted one from us. The same id replaces, and so do purpose, stack level and EVSE together. */
  took(profile: ChargingProfile, atMs: number): void {
    const { purpose, stackLevel, evseNumber } = profile;
    for (const [id, { profile: other }] of this.#known) {
      const isSamePlace =
        other.purpose === purpose && other.stackLevel === stackLevel && other.evseNumber === evseNumber;
      if (isSamePlace) this.#known.delete(id);
    }
    const isForeign = !isOurProfile(profile);
    this.#put({ profile, isForeign, from: 'sent', source: undefined, atMs });
  }

  /** It cleared what fits. */
  cleared(fits: (profile: ChargingProfile) => boolean): void {
    for (const [id, { profile }] of this.#known) {
      if (fits(profile)) this.#known.delete(id);
    }
  }

  /** Profiles of a transaction end with it. */
  transactionEnded(transactionId: string): void {
    this.cleared((profile) => profile.transactionId === transactionId);
  }

  /** It is asked what it holds, or some of it, and will tell in parts. */
  awaitReport(requestId: number, isWhole: boolean): void {
    this.#reports.delete(requestId);
    const [oldest] = this.#reports.keys();
    if (this.#reports.size >= reportsMax && oldest !== undefined) this.#reports.delete(oldest);
    this.#reports.set(requestId, { isWhole, found: [] });
  }

  /** One part of what it was asked for; what nobody asked for is no report. */
  reported(part: {
    readonly requestId: number;
    readonly source: string;
    readonly profiles: readonly ChargingProfile[];
    readonly isLast: boolean;
    readonly atMs: number;
  }): void {
    const report = this.#reports.get(part.requestId);
    if (report === undefined) return;
    for (const profile of part.profiles) {
      if (report.found.length >= profilesMax) break;
      const isForeign = !isOurProfile(profile);
      report.found.push({ profile, isForeign, from: 'reported', source: part.source, atMs: part.atMs });
    }
    if (!part.isLast) return;
    this.#reports.delete(part.requestId);
    if (report.isWhole) this.#replace(report.found, part.atMs);
    else for (const known of report.found) this.#put(known);
  }

  /** It said that it holds none. */
  reportedNone(atMs: number): void {
    this.#replace([], atMs);
  }

  checked(check: ScheduleCheck): void {
    if (this.#checks.size < profilesMax || this.#checks.has(check.evseNumber))
      this.#checks.set(check.evseNumber, check);
  }

  checkOf(evseNumber: number): ScheduleCheck | undefined {
    return this.#checks.get(evseNumber);
  }

  #replace(found: readonly KnownProfile[], atMs: number): void {
    this.#known = new Map(found.map((known) => [known.profile.id, known]));
    this.#readAtMs = atMs;
  }

  #put(known: KnownProfile): void {
    const { id } = known.profile;
    if (this.#known.size < profilesMax || this.#known.has(id)) this.#known.set(id, known);
  }
}
