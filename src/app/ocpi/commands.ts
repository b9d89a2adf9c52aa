import type { EvseId } from '../../domain/ids.ts';
import type { Evse } from '../../domain/site.ts';
import type { Commanded, ReservationAsked, StationsAsked } from '../../ocpi/commands/stationsAsked.ts';
import { idTagOf } from '../../ocpi/tokens/idTag.ts';
import type { Running } from '../app.ts';
import { askStation, type Commander, commandStation } from '../stationCommands.ts';
import type { OcpiParty } from './party.ts';

type CommandNeeds = Commander & Pick<Running, 'sessions'>;

/** A driver who started from afar has plugged in by then, and all that the station shows of his token has come. */
const commandGoodMs = 86_400_000;

/** Stations as commands of partners reach them. Every one of them is kept with the partner's name. */
export function stationsAsked(running: CommandNeeds, { tokens }: OcpiParty): StationsAsked {
  const { loaded, ports, sessions } = running;
  const evses = new Map(loaded.sites.flatMap((site) => site.evses.map((evse) => [evse.id, evse])));
  const at = (id: EvseId): Evse => {
    const evse = evses.get(id);
    if (evse === undefined) throw new RangeError(`there is no EVSE ${id}`);
    return evse;
  };
  return {
    start: ({ partnerId, evse: id, token, reference }) => {
      const { station, number } = at(id);
      const untilMs = ports.clock.nowMs() + commandGoodMs;
      const tokenId = idTagOf(token.uid);
      tokens.permit(station, tokenId, {
        ...{ partnerId, token, method: 'COMMAND', untilMs },
        ...(reference !== undefined && { reference }),
      });
      const asked = { kind: 'remote start', evseNumber: number, tokenId } as const;
      return commandStation(running, station, asked, senderOf(partnerId));
    },
    stop: async ({ partnerId, session: id }) => {
      const session = sessions.current(id)?.session;
      if (session === undefined || session.state === 'finished')
        return { outcome: 'rejected', reason: 'the session is over' };
      const { stationId, transactionId } = session;
      const asked = { kind: 'remote stop', transactionId } as const;
      return commandStation(running, stationId, asked, senderOf(partnerId));
    },
    unlock: ({ partnerId, evse: id }) => {
      const { station, number } = at(id);
      return commandStation(running, station, { kind: 'unlock', evseNumber: number }, senderOf(partnerId));
    },
    reserve: (asked) => reserve(running, at(asked.evse), asked),
    cancel: async ({ partnerId, evse: id, number }) => {
      const { station } = at(id);
      if (running.stations.reservations.find(number, station) === undefined) return undefined;
      const asked = { kind: 'cancel reservation', reservationId: number } as const;
      return commandStation(running, station, asked, senderOf(partnerId));
    },
    runningAt: (id) => sessions.open().find(({ session }) => session.evseId === id)?.session.id,
  };
}

const senderOf = (partnerId: string) =>
  ({ name: `partner ${partnerId}`, role: 'site-operator', sites: [] }) as const;

async function reserve(
  running: CommandNeeds,
  { station, number: evseNumber }: Evse,
  { partnerId, token, expiresAtMs, number }: ReservationAsked,
): Promise<Commanded & { readonly number?: number }> {
  const { reservations } = running.stations;
  if (expiresAtMs <= running.ports.clock.nowMs())
    return { outcome: 'kept back', reason: 'expiry_date is in the past' };
  const sender = senderOf(partnerId);
  const held = number === undefined ? undefined : reservations.find(number, station);
  const wish = { kind: 'reserve', evseNumber, ...wishOf(token), expiresAtMs } as const;
  if (held === undefined) {
    const answer = await commandStation(running, station, wish, sender);
    const made = answer.outcome === 'accepted' ? Object(answer.data).reservationId : undefined;
    return { ...answer, ...(typeof made === 'number' && { number: made }) };
  }
  const answer = await reservations.change(held, expiresAtMs, ({ id: reservationId }) =>
    askStation(running, station, { ...wish, reservationId }, sender),
  );
  return { ...answer, number: held.id };
}

const wishOf = ({ uid, groupId }: ReservationAsked['token']) => ({
  tokenId: idTagOf(uid),
  ...(groupId !== undefined && { groupTokenId: groupId }),
});
