import type { Clock } from '../../control/ports.ts';
import { type EvseId, evseId, sessionId } from '../../domain/ids.ts';
import type { CommandResponse, PartnerCommand } from '../../domain/roaming/command.ts';
import type { PublicEvse } from '../../domain/roaming/location.ts';
import type { Token } from '../../domain/roaming/token.ts';
import type { BookingBook } from '../bookings/bookingBook.ts';
import { statusCodes } from '../envelope.ts';
import type { LocationBook } from '../locations/locationBook.ts';
import { type CallbackPorts, callBack, checkCallback } from '../partners/callback.ts';
import { type RegisteredPartner, speaksFor } from '../partners/partnerBook.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import type { ReservedDesk } from '../sessions/reservedDesk.ts';
import { OcpiRefusal } from '../transport/reply.ts';
import { commandResultOf } from '../versions.ts';
import { Reservations } from './reservations.ts';
import type { Commanded, StationsAsked } from './stationsAsked.ts';

export interface CommandDeskPorts extends CallbackPorts {
  readonly clock: Clock;
  readonly objects: RoamingObjects;
  readonly locations: LocationBook;
  readonly stations: StationsAsked;
  readonly reserved: Pick<ReservedDesk, 'begin'>;
  readonly booked: Pick<BookingBook, 'isFree'>;
}

/** Longer than a station has to answer: past it the partner may take it that nothing will come. */
const timeoutS = 45;
/** Commands that wait for their stations. Past it a partner has to wait, too. */
const underWayMax = 200;

/** Carries out what partners command, and tells them what the station made of it. */
export class CommandDesk {
  readonly #ports: CommandDeskPorts;
  readonly #reservations: Reservations;
  #underWay = 0;

  constructor(ports: CommandDeskPorts) {
    this.#ports = ports;
    this.#reservations = new Reservations(ports);
  }

  /** What we say at once. Throws a refusal of what names nothing of ours, or a token of somebody else. */
  async take(partner: RegisteredPartner, command: PartnerCommand): Promise<CommandResponse> {
    checkCallback(command.responseUrl, partner, this.#ports.policy);
    const job = await this.#job(partner, command);
    if (typeof job !== 'function') return { ...job, timeoutS: 0 };
    if (this.#underWay >= underWayMax) return { ...rejected('too many commands are under way'), timeoutS: 0 };
    void this.#carryOut(partner, command, job);
    return { result: 'ACCEPTED', timeoutS, message: [] };
  }

  async #carryOut(partner: RegisteredPartner, command: PartnerCommand, job: Job): Promise<void> {
    this.#underWay += 1;
    const { responseUrl: url, kind } = command;
    const outcome = await job().catch((error: unknown): Outcome => {
      this.#ports.log.error(
        { err: error, partner: partner.id, command: kind },
        'command of a partner failed',
      );
      return { result: 'FAILED', reason: 'it failed here' };
    });
    const { result, reason } = outcome;
    const told = { result, message: reason === '' ? [] : [english(reason)] };
    const body = commandResultOf(partner.state.version).codec.write(told);
    const to = 'token' in command ? command.token : partyOf(partner);
    await callBack(this.#ports, partner, { url, body, to });
    this.#underWay -= 1;
  }

  async #job(partner: RegisteredPartner, command: PartnerCommand): Promise<Job | Refused> {
    const { stations } = this.#ports;
    const { id: partnerId } = partner;
    switch (command.kind) {
      case 'START_SESSION': {
        const { token, authorizationReference: reference } = owned(partner, command);
        const evse = evseId(this.#evse(command).uid);
        return async () => outcomeOf(await stations.start({ partnerId, evse, token, reference }));
      }
      case 'RESERVE_NOW': {
        const reserve = owned(partner, command);
        const { uid, capabilities } = this.#evse(command, 'RESERVABLE');
        if (!capabilities.includes('RESERVABLE')) return notSupported('this EVSE takes no reservations');
        const period = { startMs: this.#ports.clock.nowMs(), endMs: reserve.expiresAtMs };
        if (!this.#ports.booked.isFree(uid, period)) return rejected('somebody has booked it until then');
        return async () => outcomeOf(await this.#reservations.reserve(partnerId, reserve, evseId(uid)));
      }
      case 'CANCEL_RESERVATION':
        return async () => {
          const answer = await this.#reservations.cancel(partnerId, command.reservationId);
          return answer === undefined ? { result: 'UNKNOWN_RESERVATION', reason: '' } : outcomeOf(answer);
        };
      case 'STOP_SESSION': {
        const session = await this.#session(partnerId, command.sessionId);
        if (session === undefined) return { result: 'UNKNOWN_SESSION', message: [] };
        return async () => outcomeOf(await stations.stop({ partnerId, session }));
      }
      case 'UNLOCK_CONNECTOR': {
        const evse = evseId(this.#evse(command).uid);
        if (!(await this.#mayUnlock(partnerId, evse))) return rejected('somebody else charges there');
        return async () => outcomeOf(await stations.unlock({ partnerId, evse }));
      }
      default:
        return command satisfies never;
    }
  }

  /** The EVSE that is named, or the best there is: free, and able to do it. */
  #evse(named: { readonly locationId: string; readonly evseUid?: string }, capability?: string): PublicEvse {
    const location = this.#ports.locations.find(named.locationId);
    const { evses = [] } = location ?? {};
    const able = evses.filter(
      ({ capabilities }) => capability === undefined || capabilities.includes(capability),
    );
    const free = able.find(({ status }) => status === 'AVAILABLE');
    const found =
      named.evseUid === undefined
        ? (free ?? able[0] ?? evses[0])
        : evses.find(({ uid }) => uid === named.evseUid);
    if (found !== undefined) return found;
    const reply = { httpStatus: 200, statusCode: statusCodes.unknownLocation };
    throw new OcpiRefusal(reply, 'there is no such EVSE at such a location');
  }

  async #session(partnerId: string, id: string) {
    const shelf = { kind: 'session', partnerId } as const;
    const found = await this.#ports.objects.findRoamingObject(shelf, id.toLowerCase());
    return found?.isDue === true ? sessionId(found.alias) : undefined;
  }

  /** Nobody lets go the car of somebody else. */
  async #mayUnlock(partnerId: string, evse: EvseId): Promise<boolean> {
    const running = this.#ports.stations.runningAt(evse);
    if (running === undefined) return true;
    const found = await this.#ports.objects.roamingObjectsByAlias('session', running);
    return found.some((object) => object.partnerId === partnerId);
  }
}

interface Outcome {
  readonly result: string;
  readonly reason: string;
}

type Job = () => Promise<Outcome>;
type Refused = Omit<CommandResponse, 'timeoutS'>;

const english = (text: string) => ({ language: 'en', text: text.slice(0, 512) });
const rejected = (why: string): Refused => ({ result: 'REJECTED', message: [english(why)] });
const notSupported = (why: string): Refused => ({ result: 'NOT_SUPPORTED', message: [english(why)] });

/** In the words of OCPI. Stations of OCPP say of a reservation what is in its way. */
function outcomeOf({ outcome, reason }: Commanded): Outcome {
  switch (outcome) {
    case 'accepted':
      return { result: 'ACCEPTED', reason: '' };
    case 'rejected':
      if (reason === 'Occupied') return { result: 'EVSE_OCCUPIED', reason: '' };
      if (reason === 'Faulted' || reason === 'Unavailable') return { result: 'EVSE_INOPERATIVE', reason };
      return { result: 'REJECTED', reason };
    case 'kept back':
      return { result: 'REJECTED', reason };
    case 'timed-out':
      return { result: 'TIMEOUT', reason };
    case 'unsent':
      return { result: 'EVSE_INOPERATIVE', reason };
    default:
      return outcome satisfies never;
  }
}

/** Throws a refusal of a command for somebody else's driver. */
function owned<Asked extends { readonly token: Token }>(partner: RegisteredPartner, asked: Asked): Asked {
  if (speaksFor(partner, asked.token)) return asked;
  const reply = { httpStatus: 200, statusCode: statusCodes.unknownToken };
  throw new OcpiRefusal(reply, 'the token is of none of your parties');
}

const partyOf = ({ state }: RegisteredPartner) => {
  const [role] = state.roles;
  return { countryCode: role?.countryCode ?? '', partyId: role?.partyId ?? '' };
};
