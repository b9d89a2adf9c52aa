import type { Clock } from '../../control/ports.ts';
import { type SessionId, sessionId } from '../../domain/ids.ts';
import type { ChargingProfileResponse, SetChargingProfile } from '../../domain/roaming/chargingProfile.ts';
import { activeProfile, type BoundCharge, profileBoundAmps } from '../../domain/roaming/profileBound.ts';
import { activeChargingProfile, chargingProfileResult } from '../objects/chargingProfile.ts';
import { type CallbackPorts, callBack, checkCallback } from '../partners/callback.ts';
import type { PartnerBook, RegisteredPartner } from '../partners/partnerBook.ts';
import type { Pushes } from '../partners/pushes.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import { keptChargeIn } from '../sessions/keptCharge.ts';
import { type HeldProfile, heldProfileIn, keptProfile } from './heldProfile.ts';

/** A session that runs, as a tick left it. */
export interface RunningCharge extends BoundCharge {
  readonly sessionId: SessionId;
  /** The most that may be in force at its station. */
  readonly exposureAmps: number;
  /** What a partner lets it take, as the allocation counts it. */
  readonly boundAmps: number | undefined;
}

export interface ProfileDeskPorts extends CallbackPorts {
  readonly clock: Clock;
  readonly book: PartnerBook;
  readonly objects: RoamingObjects;
  readonly pushes: Pick<Pushes, 'to'>;
  /** The most that a session may take on each phase from the next tick on; undefined: no bound. */
  bound(charge: RunningCharge, amps: number | undefined): void;
  /** Whether it runs for all that is known, though no EVSE shows it now. */
  isOpen(id: SessionId): boolean;
}

/** Longer than a station has to take a setpoint, which waits for its turn and is sent again when it is lost. */
const confirmMs = 40_000;
const timeoutS = 45;
/** A profile that replaces another sooner is too soon. */
const leastPauseMs = 5_000;
/** Changes of what a session may draw are told this seldom, and when they are this much. */
const tellEveryMs = 5_000;
const tellFromAmps = 0.5;
const toldS = 3_600;
const periodsMax = 1_000;
const toleranceAmps = 0.05;

interface Held extends HeldProfile {
  readonly setAtMs: number;
  /** Its station has taken one at least: from then on the partner hears what the session may draw. */
  readonly hasSucceeded: boolean;
  /** Of what it may draw, when it was told last. */
  readonly told?: { readonly amps: number; readonly atMs: number };
}

/**
 * Profiles of partners on the sessions of their drivers. None is passed on to a station: each is an upper bound of its
 * session in our own allocation, which alone keeps the site within its limits.
 */
export class ProfileDesk {
  readonly #ports: ProfileDeskPorts;
  readonly #held = new Map<SessionId, Held>();
  readonly #awaited = new Set<{ readonly id: SessionId; readonly settle: (isInForce: boolean) => void }>();
  #isStopped = false;
  #charges: ReadonlyMap<SessionId, RunningCharge> = new Map();

  constructor(ports: ProfileDeskPorts) {
    this.#ports = ports;
  }

  /** Takes up what an earlier process left. */
  async start(): Promise<void> {
    const { book, objects } = this.#ports;
    for (const { id: partnerId } of book.owners()) {
      const due = await objects.dueRoamingObjects({ kind: 'profile', partnerId }, 10_000);
      for (const object of due) {
        const held = heldProfileIn(object);
        if (!this.#held.has(held.sessionId))
          this.#held.set(held.sessionId, { ...held, setAtMs: 0, hasSucceeded: true });
      }
    }
  }

  async set(
    partner: RegisteredPartner,
    id: string,
    { profile, responseUrl }: SetChargingProfile,
  ): Promise<ChargingProfileResponse> {
    checkCallback(responseUrl, partner, this.#ports.policy);
    const session = await this.#session(partner, id);
    if (session === undefined) return answer('UNKNOWN_SESSION');
    if (profile.periods.length === 0 || profile.periods.length > periodsMax) return answer('REJECTED');
    const before = this.#held.get(session.sessionId);
    const setAtMs = this.#ports.clock.monotonicMs();
    if (before !== undefined && setAtMs - before.setAtMs < leastPauseMs) return answer('TOO_OFTEN');
    void this.#carryOut(
      partner,
      { hasSucceeded: false, ...before, ...session, profile, setAtMs },
      before,
      responseUrl,
    );
    return answer('ACCEPTED');
  }

  async clear(partner: RegisteredPartner, id: string, responseUrl: string): Promise<ChargingProfileResponse> {
    checkCallback(responseUrl, partner, this.#ports.policy);
    const session = await this.#session(partner, id);
    if (session === undefined) return answer('UNKNOWN_SESSION');
    const before = this.#held.get(session.sessionId);
    if (before?.profile === undefined) void this.#tell(partner, session, responseUrl, { result: 'UNKNOWN' });
    else void this.#carryOut(partner, { ...before, profile: undefined }, before, responseUrl);
    return answer('ACCEPTED');
  }

  async active(
    partner: RegisteredPartner,
    id: string,
    { durationS, responseUrl }: { readonly durationS: number; readonly responseUrl: string },
  ): Promise<ChargingProfileResponse> {
    checkCallback(responseUrl, partner, this.#ports.policy);
    const session = await this.#session(partner, id);
    const charge = session && this.#charges.get(session.sessionId);
    if (session === undefined || charge === undefined) return answer('UNKNOWN_SESSION');
    const { profile } = this.#held.get(session.sessionId) ?? {};
    const now = { nowMs: this.#ports.clock.nowMs(), durationS };
    const told = { result: 'ACCEPTED', profile: activeProfile(profile, charge, now) } as const;
    void this.#tell(partner, session, responseUrl, told);
    return answer('ACCEPTED');
  }

  /** What runs after a tick: bounds are put in force, and what became of them is told. */
  follow(charges: readonly RunningCharge[]): void {
    this.#charges = new Map(charges.map((charge) => [charge.sessionId, charge]));
    for (const [id, held] of this.#held) {
      const charge = this.#charges.get(id);
      if (charge !== undefined) this.#follow(held, charge);
      else if (!this.#ports.isOpen(id)) this.#end(held);
    }
    for (const { id, settle } of this.#awaited) if (this.#isInForce(id)) settle(true);
  }

  /** May be called twice. */
  stop(): void {
    this.#isStopped = true;
    for (const { settle } of this.#awaited) settle(false);
  }

  #follow(held: Held, charge: RunningCharge): void {
    const { clock, bound } = this.#ports;
    const amps = this.#boundAmps(held, charge);
    if (amps !== charge.boundAmps) bound(charge, amps);
    const { told, hasSucceeded } = held;
    if (!hasSucceeded) return;
    const nowMs = clock.monotonicMs();
    const isNews = told === undefined || Math.abs(told.amps - charge.setpointAmps) >= tellFromAmps;
    if (!isNews || (told !== undefined && nowMs - told.atMs < tellEveryMs)) return;
    this.#held.set(held.sessionId, { ...held, told: { amps: charge.setpointAmps, atMs: nowMs } });
    this.#push(held, charge);
  }

  #boundAmps = ({ profile }: Held, charge: RunningCharge): number | undefined =>
    profile && profileBoundAmps(profile, charge, this.#ports.clock.nowMs());

  /** What is told is worked out when it is sent: by then it may be another. */
  #push({ partnerId, roamingId, sessionId: id, to }: Held, charge: RunningCharge): void {
    this.#ports.pushes.to(partnerId, 'chargingprofiles', roamingId, () => {
      const now = { nowMs: this.#ports.clock.nowMs(), durationS: toldS };
      const active = activeProfile(this.#held.get(id)?.profile, this.#charges.get(id) ?? charge, now);
      return { method: 'PUT', path: [roamingId], body: activeChargingProfile.write(active), to };
    });
  }

  /** The session is over: so is what bounds it. */
  #end(held: Held): void {
    const { objects, clock, log } = this.#ports;
    this.#held.delete(held.sessionId);
    const over = keptProfile(held, { nowMs: clock.nowMs(), isOver: true });
    objects.saveRoamingObject(over).catch((error: unknown) => {
      // It bounds nothing any more; the next start finds its session ended.
      log.warn({ err: error, sessionId: held.sessionId }, 'end of a profile was not kept');
    });
  }

  /** Durable first, then in force, then told. One that its station does not take is taken back. */
  async #carryOut(
    partner: RegisteredPartner,
    held: Held,
    before: Held | undefined,
    responseUrl: string,
  ): Promise<void> {
    const { log } = this.#ports;
    this.#held.set(held.sessionId, held);
    const isInForce = await this.#kept(held)
      .then(() => this.#confirmed(held.sessionId))
      .catch((error: unknown) => {
        log.error({ err: error, partner: partner.id }, 'profile of a partner could not be kept');
        return false;
      });
    // What was kept stays in force over a restart; whether its station took it is told no more.
    if (this.#isStopped) return;
    const now = this.#held.get(held.sessionId);
    if (isInForce && now !== undefined) this.#held.set(held.sessionId, { ...now, hasSucceeded: true });
    if (!isInForce) {
      const back = { ...held, profile: before?.profile };
      this.#held.set(held.sessionId, back);
      await this.#kept(back).catch((error: unknown) => {
        log.error({ err: error, partner: partner.id }, 'profile of a partner could not be taken back');
      });
    }
    await this.#tell(partner, held, responseUrl, { result: isInForce ? 'ACCEPTED' : 'REJECTED' });
  }

  #kept(held: HeldProfile): Promise<void> {
    const { objects, clock } = this.#ports;
    return objects.saveRoamingObject(keptProfile(held, { nowMs: clock.nowMs(), isOver: false }));
  }

  #confirmed(id: SessionId): Promise<boolean> {
    return new Promise((resolve) => {
      const settle = (isInForce: boolean): void => {
        cancel();
        this.#awaited.delete(awaited);
        resolve(isInForce);
      };
      const awaited = { id, settle };
      const cancel = this.#ports.clock.after(confirmMs, () => settle(false));
      this.#awaited.add(awaited);
    });
  }

  /** No more than the bound may be in force at its station any more. */
  #isInForce(id: SessionId): boolean {
    const [held, charge] = [this.#held.get(id), this.#charges.get(id)];
    if (held === undefined || charge === undefined) return false;
    const amps = this.#boundAmps(held, charge);
    return (
      amps === charge.boundAmps && charge.exposureAmps <= (amps ?? Number.POSITIVE_INFINITY) + toleranceAmps
    );
  }

  #tell(
    partner: RegisteredPartner,
    { to }: Pick<HeldProfile, 'to'>,
    url: string,
    result: Parameters<typeof chargingProfileResult.write>[0],
  ): Promise<void> {
    return callBack(this.#ports, partner, { url, body: chargingProfileResult.write(result), to });
  }

  /** undefined where no session of this id runs for a driver of the partner. */
  async #session({ id: partnerId }: RegisteredPartner, id: string) {
    const shelf = { kind: 'session', partnerId } as const;
    const found = await this.#ports.objects.findRoamingObject(shelf, id.toLowerCase());
    const own = found && sessionId(found.alias);
    if (found?.isDue !== true || own === undefined || !this.#charges.has(own)) return undefined;
    const { countryCode, partyId } = keptChargeIn(found).charge.session.token;
    return { partnerId, roamingId: found.id, sessionId: own, to: { countryCode, partyId } };
  }
}

const answer = (result: ChargingProfileResponse['result']): ChargingProfileResponse => ({
  result,
  timeoutS: result === 'ACCEPTED' ? timeoutS : 0,
});
