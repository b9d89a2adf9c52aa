import { randomInt } from 'node:crypto';
import type { CommandOutcome } from '../domain/commandRecord.ts';
import type { StationId } from '../domain/ids.ts';
import { withoutSecrets } from '../domain/secrets.ts';
import { effectRefusal, type StationEffect } from '../domain/stationEffect.ts';
import type { StationRequest as AskedRequest } from '../http/stationCommandBodies.ts';
import type { MessageAnswer, StationAnswer, StationsPort } from '../http/stationPorts.ts';
import type { StationRequest } from '../ocpp/requests.ts';
import { ourStackLevels } from '../ocpp/setpoint.ts';
import type { Running } from './app.ts';
import { givePriority } from './priority.ts';
import { startLimit } from './stations.ts';

export type Commander = Pick<
  Running,
  'loaded' | 'ledger' | 'state' | 'ports' | 'store' | 'gateway' | 'stations' | 'inputs'
>;
export type Messenger = Commander & Pick<Running, 'loop' | 'horizon' | 'sessions'>;
type Sender = Parameters<StationsPort['command']>[2];

/** Numbers of requests are 32-bit integers. */
const requestIdMax = 2 ** 31 - 1;

/** Asks a station on behalf of somebody; who, what and the answer are kept. */
export async function commandStation(
  running: Commander,
  stationId: StationId,
  asked: AskedRequest,
  actor: Sender,
): Promise<StationAnswer> {
  switch (asked.kind) {
    case 'reserve':
      return reserve(running, stationId, asked, actor);
    case 'cancel reservation': {
      const held = running.stations.reservations.find(asked.reservationId, stationId);
      const ask = () => askStation(running, stationId, asked, actor);
      // One that is none of ours may be left at the station from another system.
      return held === undefined ? ask() : running.stations.reservations.cancel(held, ask);
    }
    case 'remote start': {
      const { evseNumber } = asked;
      const limit = startLimit(running, stationId, evseNumber);
      const request = { ...asked, ...(limit !== undefined && { limit }) };
      const answer = await askStation(running, stationId, request, actor);
      const mayHold = answer.outcome === 'accepted' || answer.outcome === 'timed-out';
      if (limit !== undefined && evseNumber !== undefined && mayHold) {
        const atMs = running.ports.clock.nowMs();
        const { amps } = limit;
        running.inputs.applyStationEvent({ kind: 'start limited', stationId, atMs, evseNumber, amps });
      }
      return answer;
    }
    case 'get log':
      return askStation(running, stationId, { ...asked, requestId: randomInt(1, requestIdMax) }, actor);
    case 'update firmware': {
      const { retrieveAtMs = running.ports.clock.nowMs() } = asked;
      const request = { ...asked, retrieveAtMs, requestId: randomInt(1, requestIdMax) };
      return askStation(running, stationId, request, actor);
    }
    case 'send local list':
      return sendLocalList(running, stationId, asked, actor);
    default:
      return askStation(running, stationId, asked, actor);
  }
}

async function reserve(
  running: Commander,
  stationId: StationId,
  asked: Extract<AskedRequest, { kind: 'reserve' }>,
  actor: Sender,
): Promise<StationAnswer> {
  const { reservations } = running.stations;
  const { evseNumber, tokenId, groupTokenId, expiresAtMs } = asked;
  const wish = { stationId, evseNumber, tokenId, groupTokenId, expiresAtMs, madeBy: actor.name };
  const reason = reservations.refusal(wish);
  if (reason !== undefined) return { outcome: 'kept back', reason };
  const { reservation, outcome } = await reservations.make(wish, ({ id: reservationId }) =>
    askStation(running, stationId, { ...asked, reservationId }, actor),
  );
  return outcome.outcome === 'accepted' ? { ...outcome, data: { reservationId: reservation.id } } : outcome;
}

/** A differential list has to be one version after the one that the station holds. [OCPP 2.0.1 D01] */
async function sendLocalList(
  running: Commander,
  stationId: StationId,
  asked: Extract<AskedRequest, { kind: 'send local list' }>,
  actor: Sender,
): Promise<StationAnswer> {
  const held = await running.gateway.request(stationId, { kind: 'local list version' });
  if (held.outcome !== 'accepted') return held;
  // 0: no list; -1: a station of 1.6 that has no lists at all.
  const version = held.data?.kind === 'local list' ? Math.max(0, held.data.version) + 1 : 1;
  return askStation(running, stationId, { ...asked, version }, actor);
}

/** The same, without what this service keeps of it beside the record. */
export async function askStation(
  running: Commander,
  stationId: StationId,
  request: StationRequest,
  actor: Sender,
): Promise<StationAnswer> {
  const prepared = running.gateway.prepareRequest(stationId, request);
  const log = logOf(running, stationId, actor, { command: request.kind, request });
  if (prepared.kind === 'unsent')
    return log<StationAnswer>(async () => ({ outcome: 'unsent', reason: prepared.reason }));
  const reason = refusalOf(running, stationId, prepared.effects);
  if (reason !== undefined) return log<StationAnswer>(async () => ({ outcome: 'kept back', reason }));
  return log<StationAnswer>(() => prepared.send());
}

/** Sends a message of the specification as it is. */
export async function sendMessage(
  running: Messenger,
  stationId: StationId,
  { action, payload }: { readonly action: string; readonly payload: unknown },
  actor: Sender,
): Promise<MessageAnswer> {
  const prepared = running.gateway.prepare(stationId, { action, payload });
  const log = logOf(running, stationId, actor, { command: action, request: payload });
  switch (prepared.kind) {
    case 'not connected':
      return log<SentAnswer>(async () => ({ outcome: 'unsent', reason: 'the station is not connected' }));
    case 'not in version':
      return { outcome: prepared.kind, protocol: prepared.protocol, protocols: prepared.protocols };
    case 'invalid':
      return { outcome: prepared.kind, path: prepared.path, reason: prepared.reason };
    case 'ready': {
      const ask = async () => messageAnswer(await prepared.send(), prepared.protocol);
      const priority = prepared.effects.find((effect) => effect.kind === 'gives priority');
      if (priority !== undefined) return log(() => givePriority(running, { stationId, ...priority }, ask));
      const reason = refusalOf(running, stationId, prepared.effects);
      if (reason !== undefined) return log<SentAnswer>(async () => ({ outcome: 'kept back', reason }));
      return log(ask);
    }
    default:
      return prepared satisfies never;
  }
}

/** What was on its way to a station has come to one of these. */
export type SentAnswer = Exclude<MessageAnswer, { outcome: 'invalid' | 'not in version' }>;
type Outcome = Awaited<
  ReturnType<Extract<ReturnType<Running['gateway']['prepare']>, { kind: 'ready' }>['send']>
>;

function messageAnswer(outcome: Outcome, protocol: string): SentAnswer {
  switch (outcome.kind) {
    case 'result':
      return { outcome: 'answered', protocol, answer: outcome.payload };
    case 'refused':
      return { outcome: 'failed', protocol, code: outcome.code, description: outcome.description };
    case 'in doubt':
      return { outcome: 'timed-out', reason: outcome.why };
    case 'unsent':
      return { outcome: 'unsent', reason: outcome.why };
    default:
      return outcome satisfies never;
  }
}

function refusalOf(
  { loaded, state }: Commander,
  stationId: StationId,
  effects: readonly StationEffect[],
): string | undefined {
  const evses = loaded.sites.flatMap((site) => site.evses).filter(({ station }) => station === stationId);
  const traits = evses.map(({ id }) => state.evse(id).traits);
  const ours = {
    stackLevels: traits.flatMap(ourStackLevels),
    areStationMaximum: traits.some(({ rung }) => rung === 'station maximum'),
  };
  for (const effect of effects) {
    const reason = effectRefusal(effect, ours);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** Keeps the command before it is sent, and its answer after: one that cannot be kept is not sent. */
const logOf =
  (
    { store, ports: { clock, log } }: Commander,
    stationId: StationId,
    actor: Sender,
    { command, request }: { readonly command: string; readonly request: unknown },
  ) =>
  async <Answer extends { readonly outcome: CommandOutcome }>(
    act: () => Promise<Answer>,
  ): Promise<Answer> => {
    const asked = { stationId, atMs: clock.nowMs(), actor: actor.name, command };
    const sequence = await store.beginCommand({ ...asked, request: withoutSecrets(request) });
    const answer = await act();
    const { outcome, ...rest } = answer;
    const end = { outcome, answer: withoutSecrets(rest), answeredAtMs: clock.nowMs() };
    await store.finishCommand(sequence, end).catch((error: unknown) => {
      // The station did it or not: whoever asked has to know, and the entry stays as one whose end nobody knows.
      log.error({ err: error, stationId, command, outcome }, 'answer to a command was not kept');
    });
    return answer;
  };
