import { setChargingProfile } from '../../src/ocpi/objects/chargingProfile.ts';
import type { PartnerCall, PartnerClient } from '../../src/ocpi/partners/client.ts';
import { PartnerUnreachableError } from '../../src/ocpi/transport/outgoing.ts';
import { randomAt } from '../../src/sim/random.ts';
import type { VirtualClock } from '../virtualClock.ts';

/**
 * How another operator is at times. `slow`: results and sessions come half a minute late. `refusing`: most of what it is
 * asked for it does not want, or too soon. `silent`: it answers nothing and tells nothing. `lying`: it says yes and changes
 * nothing.
 */
export const moods = ['prompt', 'slow', 'refusing', 'silent', 'lying'] as const;
export type Mood = (typeof moods)[number];

interface Profile {
  readonly startsAtMs: number;
  readonly periods: readonly { readonly startS: number; readonly amps: number }[];
}

interface Stay {
  readonly id: string;
  readonly evseUid: string;
  readonly startedAtMs: number;
  endedAtMs: number | undefined;
  energyWh: number;
  profile: Profile | undefined;
}

/** What its platform says of a session. */
interface ToldSession {
  readonly id: string;
  readonly evseUid: string;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly energyKwh: number;
  readonly lastUpdatedMs: number;
}

interface Ears {
  session(wire: unknown): void;
  result(url: string, result: 'ACCEPTED' | 'REJECTED'): void;
}

const answerMs = 300;
const answerWithinMs = 8_000;
const slowMs = 25_000;
const promptMs = 2_000;

/** Another operator with stations of its own, told over OCPI. What its stations do is what really happens. */
export class SimulatedCpo {
  readonly client: Pick<PartnerClient, 'call' | 'page'>;
  mood: Mood = 'prompt';
  readonly counts = { asked: 0, accepted: 0, refused: 0, unanswered: 0 };
  readonly #clock: VirtualClock;
  readonly #seed: number;
  readonly #ears: Ears;
  readonly #stays = new Map<string, Stay>();
  #stayCount = 0;

  constructor(clock: VirtualClock, seed: number, ears: Ears) {
    this.#clock = clock;
    this.#seed = seed;
    this.#ears = ears;
    this.client = {
      call: async <Data>(_access: unknown, call: PartnerCall<Data>): Promise<Data | undefined> => {
        const decoded = call.read({
          data: await this.#answered(call.url, call.body),
          status_code: 1000,
          timestamp: new Date(clock.nowMs()).toISOString(),
        });
        if (decoded.status === 'refused') throw new PartnerUnreachableError(call.url, 'not understood');
        return decoded.value.data;
      },
      page: async <Data>(_access: unknown, call: PartnerCall<Data>) => {
        await this.#waited(this.mood === 'silent' ? answerWithinMs : answerMs);
        if (this.mood === 'silent') throw new PartnerUnreachableError(call.url, 'no answer in time');
        const listed = [...this.#stays.values()].map((stay) => sessionWire(this.#told(stay)));
        const timestamp = new Date(clock.nowMs()).toISOString();
        const decoded = call.read({ data: listed, status_code: 1000, timestamp });
        if (decoded.status === 'refused') throw new PartnerUnreachableError(call.url, 'not understood');
        return { data: decoded.value.data, next: undefined };
      },
    };
  }

  /** What its station lets a car draw now; undefined: no session. */
  allowedAmps(evseUid: string, unlimitedAmps: number): number | undefined {
    const stay = this.#stays.get(evseUid);
    if (stay === undefined) return undefined;
    if (stay.profile === undefined) return unlimitedAmps;
    const { startsAtMs, periods } = stay.profile;
    const sinceS = (this.#clock.nowMs() - startsAtMs) / 1000;
    const now = periods.findLast(({ startS }) => startS <= sinceS);
    return Math.min(unlimitedAmps, now?.amps ?? unlimitedAmps);
  }

  plugIn(evseUid: string): void {
    this.#stayCount += 1;
    const startedAtMs = this.#clock.nowMs();
    const id = `S${this.#stayCount}`;
    const stay = { id, evseUid, startedAtMs, endedAtMs: undefined, energyWh: 0, profile: undefined };
    this.#stays.set(evseUid, stay);
    this.#tell(stay);
  }

  unplug(evseUid: string): void {
    const stay = this.#stays.get(evseUid);
    if (stay === undefined) return;
    stay.endedAtMs = this.#clock.nowMs();
    this.#stays.delete(evseUid);
    this.#tell(stay);
  }

  delivered(evseUid: string, wattHours: number): void {
    const stay = this.#stays.get(evseUid);
    if (stay !== undefined) stay.energyWh += wattHours;
  }

  /** Energy is told once a minute. */
  tellAll(): void {
    for (const stay of this.#stays.values()) this.#tell(stay);
  }

  #tell(stay: Stay): void {
    if (this.mood === 'silent') return;
    const told = this.#told(stay);
    this.#later(this.mood === 'slow' ? slowMs : promptMs, () => this.#ears.session(sessionWire(told)));
  }

  #told({ id, evseUid, startedAtMs, endedAtMs, energyWh }: Stay): ToldSession {
    const lastUpdatedMs = this.#clock.nowMs();
    return { id, evseUid, startedAtMs, endedAtMs, energyKwh: energyWh / 1000, lastUpdatedMs };
  }

  async #answered(url: string, body: unknown): Promise<object> {
    this.counts.asked += 1;
    if (this.mood === 'silent') {
      this.counts.unanswered += 1;
      await this.#waited(answerWithinMs);
      throw new PartnerUnreachableError(url, 'no answer in time');
    }
    await this.#waited(answerMs);
    const refused = (result: string): object => {
      this.counts.refused += 1;
      return { result, timeout: 0 };
    };
    const stay = [...this.#stays.values()].find(({ id }) => url.endsWith(`/${id}`));
    if (stay === undefined) return refused('UNKNOWN_SESSION');
    const draw = randomAt(this.#seed, this.counts.asked);
    if (this.mood === 'refusing' && draw < 0.7) return refused(draw < 0.4 ? 'TOO_OFTEN' : 'REJECTED');
    this.#carryOut(stay, body);
    return { result: 'ACCEPTED', timeout: 60 };
  }

  #carryOut(stay: Stay, body: unknown): void {
    this.counts.accepted += 1;
    const { profile, responseUrl } = setChargingProfile.read(body);
    const periods = profile.periods.map(({ startS, limit }) => ({
      startS,
      amps: Number(limit.numerator) / Number(limit.denominator),
    }));
    const isLie = this.mood === 'lying';
    this.#later(this.mood === 'slow' ? slowMs : promptMs, () => {
      if (!isLie) stay.profile = { startsAtMs: profile.startsAtMs ?? this.#clock.nowMs(), periods };
      // Whoever went silent meanwhile has done it all the same.
      if (this.mood !== 'silent') this.#ears.result(responseUrl, 'ACCEPTED');
    });
  }

  #later(delayMs: number, what: () => void): void {
    this.#clock.after(delayMs, what);
  }

  #waited(delayMs: number): Promise<void> {
    return new Promise((resolve) => void this.#clock.after(delayMs, resolve));
  }
}

const at = (ms: number): string => new Date(ms).toISOString();

const sessionWire = ({ id, evseUid, startedAtMs, endedAtMs, energyKwh, lastUpdatedMs }: ToldSession) => ({
  ...{ country_code: 'DE', party_id: 'CPO', id, start_date_time: at(startedAtMs), kwh: energyKwh },
  ...(endedAtMs !== undefined && { end_date_time: at(endedAtMs) }),
  cdr_token: { country_code: 'DE', party_id: 'MSP', uid: 'CAFE', type: 'RFID', contract_id: 'DE8ACC1' },
  ...{ auth_method: 'WHITELIST', location_id: 'LOC1', evse_uid: evseUid, connector_id: '1', currency: 'EUR' },
  ...{ status: endedAtMs === undefined ? 'ACTIVE' : 'COMPLETED', last_updated: at(lastUpdatedMs) },
});
