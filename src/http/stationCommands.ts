import Type, { type Static } from 'typebox';
import { type StationId, stationId } from '../domain/ids.ts';
import { type Actor, can, type Right } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts, StationAnswer } from './ports.ts';
import { ProblemError } from './problem.ts';
import { notFound } from './visible.ts';

const closed = { additionalProperties: false } as const;
const evseNumber = Type.Integer({ minimum: 1, maximum: 1000, description: 'From 1' });
const key = Type.String({
  minLength: 1,
  maxLength: 100,
  description: '1.6: the key; 2.x: Component.Variable',
});

/**
 * The commands, by their name in the URL: what each is called inside, who may send it, and what it takes. What can make a
 * station forget its failsafe or its connection to us is for an admin.
 */
const commands = {
  'clear-charging-profile': {
    kind: 'clear charging profile',
    right: 'configure stations',
    body: Type.Object(
      {
        profileId: Type.Optional(Type.Integer({ description: 'Alone, or else any of the others' })),
        evseNumber: Type.Optional(evseNumber),
        purpose: Type.Optional(Type.Enum(['station maximum', 'transaction default', 'transaction'])),
        stackLevel: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
      },
      closed,
    ),
  },
  'composite-schedule': {
    kind: 'composite schedule',
    right: 'command stations',
    body: Type.Object(
      {
        evseNumber: Type.Integer({ minimum: 0, maximum: 1000, description: '0: the station as a whole' }),
        durationS: Type.Integer({ minimum: 1, maximum: 86_400 }),
        unit: Type.Optional(Type.Enum(['A', 'W'])),
      },
      closed,
    ),
  },
  'remote-start': {
    kind: 'remote start',
    right: 'command stations',
    body: Type.Object(
      { evseNumber: Type.Optional(evseNumber), tokenId: Type.String({ minLength: 1, maxLength: 36 }) },
      closed,
    ),
  },
  'remote-stop': {
    kind: 'remote stop',
    right: 'command stations',
    body: Type.Object({ transactionId: Type.String({ minLength: 1, maxLength: 36 }) }, closed),
  },
  'trigger-message': {
    kind: 'trigger message',
    right: 'command stations',
    body: Type.Object(
      {
        message: Type.Enum([
          'BootNotification',
          'FirmwareStatusNotification',
          'Heartbeat',
          'MeterValues',
          'StatusNotification',
        ]),
        evseNumber: Type.Optional(evseNumber),
      },
      closed,
    ),
  },
  reset: {
    kind: 'reset',
    right: 'command stations',
    body: Type.Object(
      { urgency: Type.Enum(['graceful', 'immediate'], { description: 'graceful: after running charges' }) },
      closed,
    ),
  },
  'get-configuration': {
    kind: 'get configuration',
    right: 'command stations',
    body: Type.Object(
      { keys: Type.Array(key, { maxItems: 50, description: 'None: all, which only 1.6 can answer' }) },
      closed,
    ),
  },
  'change-configuration': {
    kind: 'change configuration',
    right: 'configure stations',
    body: Type.Object({ key, value: Type.String({ maxLength: 500 }) }, closed),
  },
} as const;
type Commands = typeof commands;

/** What a station is asked to do, as a plain value. */
export type StationRequest = {
  [Name in keyof Commands]: { readonly kind: Commands[Name]['kind'] } & Readonly<
    Static<Commands[Name]['body']>
  >;
}[keyof Commands];

export const answerSchema = Type.Object(
  {
    outcome: Type.Unsafe<'accepted' | 'rejected'>({ type: 'string', enum: ['accepted', 'rejected'] }),
    reason: Type.String({ description: "The station's own word" }),
    data: Type.Optional(Type.Unknown({ description: 'What it was asked for' })),
  },
  { ...closed, description: 'What the station answered' },
);

type StationAnswerBody = Static<typeof answerSchema>;

/** `POST /stations/{station}/commands/{command}`: asks a station, and answers with its answer. */
export const stationCommands =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    for (const [name, { kind, right, body: schema }] of Object.entries(commands)) {
      api.post(
        `/stations/:station/commands/${name}`,
        {
          config: { right },
          schema: {
            summary: `Asks a station: ${kind}`,
            params: Type.Object({ station: Type.String() }),
            body: schema,
            response: { 200: answerSchema },
          },
        },
        async ({ actor, params, body }) => {
          const station = stationId(params.station);
          demandStation(ports, actor, right, station);
          // The compiler has lost that this route's schema ties the body to the kind.
          const request = { kind, ...body } as StationRequest;
          return answered(await ports.stations.command(station, request, actor));
        },
      );
    }
  };

/** A station that also feeds a site which is not the actor's is as unknown as one that does not exist. */
export function demandStation(ports: HttpPorts, actor: Actor, right: Right, station: StationId): void {
  const fed = ports.views().filter(({ evses }) => evses.some((evse) => evse.stationId === station));
  if (fed.length > 0 && fed.every(({ siteId }) => can(actor, right, siteId))) return;
  notFound(`no station "${station}" on a site of key "${actor.name}": GET /api/v1/sites lists what there is`);
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
      throw new ProblemError('station-unreachable', {
        detail: `the station was not asked (${answer.reason}): ask again when it is connected`,
      });
    case 'timed-out':
      throw new ProblemError('station-timeout', {
        detail: `the station did not answer in time (${answer.reason}) and may still do it: look at its state first`,
      });
    default:
      return answer satisfies never;
  }
}
