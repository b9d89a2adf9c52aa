import type { Clock, CommandAnswer, LeaseCommand, StationCommand, StationLink } from '../../control/ports.ts';
import { fraction } from '../../domain/pricing/fraction.ts';
import type { ChargingProfileResult, RoamingProfile } from '../../domain/roaming/chargingProfile.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { Logger } from '../../log.ts';
import { answerDecoder } from '../envelope.ts';
import { chargingProfileResponse, setChargingProfile } from '../objects/chargingProfile.ts';
import { type PartnerClient, PartnerRefusalError } from '../partners/client.ts';
import { endpointUrl, type PartnerBook, type RegisteredPartner } from '../partners/partnerBook.ts';
import { partyOf } from '../partners/tell.ts';
import { joined } from '../transport/partnerUrl.ts';
import type { PlacedEvse } from './placedEvse.ts';

export interface ProfileSenderPorts {
  readonly clock: Clock;
  readonly log: Logger;
  readonly client: Pick<PartnerClient, 'call'>;
  readonly book: PartnerBook;
  readonly own: Party;
  readonly newId: () => string;
  /** Of our chargingprofiles module in the partner's version: results come below it. */
  moduleUrl(partner: RegisteredPartner): string;
  onAnswer(answer: CommandAnswer): void;
  /** The partner did not answer, or no longer knows a session: what it told before may be old. */
  onDoubt(partnerId: string, why: 'no answer' | 'unknown session'): void;
}

type Outcome = Pick<CommandAnswer, 'outcome' | 'reason'>;

interface Awaited {
  readonly partnerId: string;
  settle(outcome: Outcome): void;
}

/** Whoever takes longer to do what it accepted did not do it, whatever it promised. */
const resultWithinMaxS = 120;
const answerWithinMs = 8_000;

const readResponse = answerDecoder(chargingProfileResponse);

/**
 * Setpoints for sessions of other operators, as charging profiles [OCPI 2.2.1 chargingprofiles, receiver interface]. Of a
 * profile it is said to be in force when its result has come, and to be in force perhaps when none came.
 */
export class ProfileSender implements StationLink {
  readonly #ports: ProfileSenderPorts;
  readonly #placed: ReadonlyMap<string, PlacedEvse>;
  /** At most one for each EVSE, as nothing else is sent meanwhile. */
  readonly #awaited = new Map<string, Awaited>();

  constructor(ports: ProfileSenderPorts, placed: readonly PlacedEvse[]) {
    this.#ports = ports;
    this.#placed = new Map(placed.map((evse) => [evse.stationId, evse]));
  }

  send(command: StationCommand): void {
    const { stationId, evseId, epoch, sequence } = command;
    void this.#carried(command).then(({ outcome, reason }) => {
      const atMs = this.#ports.clock.nowMs();
      this.#ports.onAnswer({ stationId, evseId, epoch, sequence, atMs, outcome, reason });
    });
  }

  /** Takes what a partner says of one of its profiles. False where nothing of this id is awaited from it. */
  settle(partnerId: string, id: string, { result }: ChargingProfileResult): boolean {
    const awaited = this.#awaited.get(id);
    if (awaited?.partnerId !== partnerId) return false;
    const outcome = result === 'ACCEPTED' ? 'accepted' : 'rejected';
    awaited.settle({ outcome, reason: result });
    return true;
  }

  /** Nobody waits for results any more: what was sent may be in force. May be called twice. */
  stop(): void {
    for (const { settle } of this.#awaited.values())
      settle({ outcome: 'timed-out', reason: 'the service ends' });
  }

  async #carried(command: StationCommand): Promise<Outcome> {
    const place = this.#placed.get(command.stationId);
    const partner = this.#ports.book.registered().find(({ id }) => id === place?.partnerId);
    const url = partner && receiverOf(partner);
    if (partner === undefined || url === undefined) {
      if (place !== undefined) this.#ports.onDoubt(place.partnerId, 'no answer');
      return { outcome: 'unsent', reason: 'the partner is not registered, or takes no profiles' };
    }
    if (command.kind !== 'lease') return { outcome: 'rejected', reason: 'OCPI has no word for it' };
    if (this.#ports.clock.monotonicMs() > command.expiresAtMs)
      return { outcome: 'unsent', reason: 'it came too late' };
    const id = this.#ports.newId();
    const result = this.#result(id, partner.id);
    try {
      const timeoutS = await this.#put(partner, joined(url, command.transactionId), id, command);
      return typeof timeoutS === 'number' ? await result.within(timeoutS) : timeoutS;
    } finally {
      this.#awaited.delete(id);
    }
  }

  /** How long to wait for its result in seconds, or what became of it at once. */
  async #put(
    partner: RegisteredPartner,
    url: string,
    id: string,
    command: LeaseCommand,
  ): Promise<number | Outcome> {
    const { client, clock, own, moduleUrl, onDoubt } = this.#ports;
    const { access, roles } = partner.state;
    const responseUrl = joined(moduleUrl(partner), 'results', id);
    const body = setChargingProfile.write({ profile: profileOf(command, clock.nowMs()), responseUrl });
    const route = { from: own, to: partyOf(roles, 'CPO') };
    const call = { method: 'PUT', url, body, route, read: readResponse, timeoutMs: answerWithinMs } as const;
    try {
      const response = await client.call(access, call);
      if (response === undefined) return { outcome: 'timed-out', reason: 'it answered nothing' };
      if (response.result === 'UNKNOWN_SESSION') onDoubt(partner.id, 'unknown session');
      return response.result === 'ACCEPTED'
        ? Math.min(resultWithinMaxS, response.timeoutS)
        : { outcome: 'rejected', reason: response.result };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (error instanceof PartnerRefusalError && !error.isFleeting) return { outcome: 'rejected', reason };
      onDoubt(partner.id, 'no answer');
      // It may have come through all the same.
      return { outcome: 'timed-out', reason };
    }
  }

  /** The result may come before the answer that promises it. */
  #result(id: string, partnerId: string): { within(seconds: number): Promise<Outcome> } {
    let settle = (_outcome: Outcome): void => undefined;
    const settled = new Promise<Outcome>((resolve) => {
      settle = resolve;
    });
    this.#awaited.set(id, { partnerId, settle });
    return {
      within: async (seconds) => {
        const late = { outcome: 'timed-out', reason: `no result within ${seconds} s` } as const;
        const cancel = this.#ports.clock.after(seconds * 1000, () => settle(late));
        try {
          return await settled;
        } finally {
          cancel();
        }
      },
    };
  }
}

/** Where a partner takes profiles; undefined where it takes none. */
export const receiverOf = ({ state }: RegisteredPartner): string | undefined =>
  endpointUrl(state, 'chargingprofiles', 'RECEIVER');

/** It has no `duration`, so what it falls to holds until the session ends, if nobody speaks any more. */
const profileOf = ({ setpointAmps, tailAmps, leaseMs }: LeaseCommand, nowMs: number): RoamingProfile => ({
  // Instants are told in whole seconds: the earlier one ends the earlier.
  startsAtMs: Math.floor(nowMs / 1000) * 1000,
  unit: 'A',
  periods: [
    { startS: 0, limit: fraction(setpointAmps) },
    { startS: Math.floor(leaseMs / 1000), limit: fraction(tailAmps) },
  ],
});
