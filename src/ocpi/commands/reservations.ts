import type { Clock } from '../../control/ports.ts';
import { type EvseId, evseId } from '../../domain/ids.ts';
import type { ReserveNow } from '../../domain/roaming/command.ts';
import { object, required } from '../codec.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import type { ReservedDesk } from '../sessions/reservedDesk.ts';
import { integer, text } from '../values.ts';
import type { Commanded, StationsAsked } from './stationsAsked.ts';

interface ReservationsPorts {
  readonly clock: Clock;
  readonly objects: RoamingObjects;
  readonly stations: StationsAsked;
  readonly reserved: Pick<ReservedDesk, 'begin'>;
}

/** What a partner's reservation is here: partners choose their ids, and two of them may choose the same. */
interface Made {
  readonly evse: EvseId;
  readonly number: number;
}

const codec = object<{ readonly evse: string; readonly number: number }>({
  evse: required('evse', text(48)),
  number: required('number', integer(0)),
});

/** The reservations of partners, each found by its partner alone. */
export class Reservations {
  readonly #ports: ReservationsPorts;

  constructor(ports: ReservationsPorts) {
    this.#ports = ports;
  }

  /** Makes one, or changes the one of the same id: at another EVSE the new one is made before the old one is given up. */
  async reserve(partnerId: string, asked: ReserveNow, evse: EvseId): Promise<Commanded> {
    const { stations, reserved } = this.#ports;
    const before = await this.#find(partnerId, asked.reservationId);
    const isSameEvse = before?.evse === evse;
    const answer = await stations.reserve({
      ...{ partnerId, evse, token: asked.token, expiresAtMs: asked.expiresAtMs },
      ...(isSameEvse && { number: before.number }),
    });
    const { number, ...told } = answer;
    if (number === undefined) return told;
    await this.#keep(partnerId, asked.reservationId, { evse, number });
    const { token, authorizationReference: reference } = asked;
    await reserved.begin({ partnerId, number, before: before?.number, evse, token, reference });
    if (before !== undefined && !isSameEvse) await stations.cancel({ partnerId, ...before });
    return told;
  }

  /** undefined where the partner has none of this id. */
  async cancel(partnerId: string, id: string): Promise<Commanded | undefined> {
    const made = await this.#find(partnerId, id);
    return made && this.#ports.stations.cancel({ partnerId, ...made });
  }

  async #find(partnerId: string, id: string): Promise<Made | undefined> {
    const found = await this.#ports.objects.findRoamingObject(
      { kind: 'reservation', partnerId },
      id.toUpperCase(),
    );
    if (found === undefined) return undefined;
    const { evse, number } = codec.read(found.document);
    return { evse: evseId(evse), number };
  }

  async #keep(partnerId: string, id: string, made: Made): Promise<void> {
    const atMs = this.#ports.clock.nowMs();
    await this.#ports.objects.saveRoamingObject({
      ...{ kind: 'reservation', partnerId, id: id.toUpperCase(), alias: String(made.number) },
      ...{ createdAtMs: atMs, lastUpdatedMs: atMs, isDue: false, document: codec.write(made) },
    });
  }
}
