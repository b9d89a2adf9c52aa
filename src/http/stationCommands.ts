import Type, { type Static } from 'typebox';
import { type StationId, stationId } from '../domain/ids.ts';
import { type Actor, can, type Right } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { commands } from './stationCommandBodies.ts';
import type { StationAnswer } from './stationPorts.ts';
import { notFound } from './visible.ts';

export const answerSchema = Type.Object(
  {
    outcome: Type.Unsafe<'accepted' | 'rejected'>({ type: 'string', enum: ['accepted', 'rejected'] }),
    reason: Type.String({ description: "The station's own word" }),
    data: Type.Optional(Type.Unknown({ description: 'What it was asked for' })),
  },
  { additionalProperties: false, description: 'What the station answered' },
);

type StationAnswerBody = Static<typeof answerSchema>;

/** `POST /stations/{station}/commands/{command}` in the words of this service, whatever its version. */
export const stationCommands =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    for (const [name, { right, body: schema, request }] of Object.entries(commands)) {
      api.post(
        `/stations/:station/commands/${name}`,
        {
          config: { right },
          schema: {
            summary: `Asks a station: ${name.replaceAll('-', ' ')}`,
            params: Type.Object({ station: Type.String() }),
            body: schema,
            response: { 200: answerSchema },
          },
        },
        async ({ actor, params, body }) => {
          const station = stationId(params.station);
          demandStation(ports, actor, right, station);
          // The compiler has lost that this route's schema belongs to this request.
          const asked = request(body as never);
          return answered(await ports.stations.command(station, asked, actor));
        },
      );
    }
  };

/** A station that also feeds a site which is not the actor's is as unknown as one that does not exist. */
export function demandStation(ports: HttpPorts, actor: Actor, right: Right, station: StationId): void {
  const fed = ports.views().filter(({ evses }) => evses.some((evse) => evse.stationId === station));
  if (fed.length > 0 && fed.every(({ siteId }) => can(actor, right, siteId))) return;
  notFound(
    `no station "${station}" on a site of key "${actor.name}": GET /api/v1/stations lists what there is`,
  );
}

export function answered(answer: StationAnswer): StationAnswerBody {
  switch (answer.outcome) {
    case 'accepted':
      return {
        outcome: answer.outcome,
        reason: answer.reason,
        ...(answer.data !== undefined && { data: answer.data }),
      };
    case 'rejected':
      return { outcome: answer.outcome, reason: answer.reason };
    case 'unsent':
    case 'timed-out':
    case 'kept back':
      throw noAnswer(answer.outcome, answer.reason);
    default:
      return answer satisfies never;
  }
}

/** Why there is no answer of the station. */
export function noAnswer(outcome: 'unsent' | 'timed-out' | 'kept back', reason: string): ProblemError {
  switch (outcome) {
    case 'unsent':
      return new ProblemError('station-unreachable', {
        detail: `the station was not asked (${reason}): ask again when it is connected`,
      });
    case 'timed-out':
      return new ProblemError('station-timeout', {
        detail: `the station did not answer in time (${reason}) and may still do it: look at its state first`,
      });
    case 'kept back':
      return new ProblemError('refused', { detail: `the station was not asked: ${reason}` });
    default:
      return outcome satisfies never;
  }
}
