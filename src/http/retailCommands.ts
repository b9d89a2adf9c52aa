import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';
import { instantGiven } from './instantGiven.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { neededRetail, type RetailCommand } from './retailPorts.ts';
import { nullable } from './schemas.ts';
import { notFound } from './visible.ts';

const name = (description: string) =>
  Type.Optional(Type.String({ minLength: 1, maxLength: 36, description }));

const request = Type.Object(
  {
    command: Type.Enum([
      'START_SESSION',
      'STOP_SESSION',
      'RESERVE_NOW',
      'CANCEL_RESERVATION',
      'UNLOCK_CONNECTOR',
    ]),
    uid: name('Of the token: to start and to reserve'),
    type: Type.Optional(Type.Enum(['AD_HOC_USER', 'APP_USER', 'OTHER', 'RFID'], { default: 'RFID' })),
    location: name('To start, to reserve, to unlock'),
    evse: name('uid: to unlock; to start and to reserve where it must be this one'),
    connector: name('To unlock; to start where it must be this one'),
    reservation: name('Our id: to reserve, where the same id changes it, and to cancel'),
    expiresAt: Type.Optional(Type.String({ maxLength: 40, description: 'ISO 8601 with zone: to reserve' })),
    session: name('To stop'),
  },
  closed,
);

const answer = Type.Object(
  {
    response: Type.String({ description: 'What the operator said at once: ACCEPTED, REJECTED and the like' }),
    result: nullable(
      Type.String({ description: 'What became of it at the station; null where nothing came in 25 s' }),
    ),
    message: Type.Array(Type.String()),
  },
  { ...closed, description: 'What became of a command' },
);

/** `POST /retail/partners/{partner}/commands`. */
export const retailCommands =
  ({ retail }: HttpPorts): Plugin =>
  async (api) => {
    api.post(
      '/retail/partners/:partner/commands',
      {
        config: { right: 'manage contracts' },
        schema: {
          summary: 'Starts, stops or reserves at a station of a partner for one of our drivers',
          params: Type.Object({ partner: Type.String() }),
          body: request,
          response: { 200: answer },
        },
      },
      async ({ actor, params: { partner }, body }) => {
        const outcome = await neededRetail(retail).command(partner, commandOf(body), actor);
        switch (outcome.status) {
          case 'answered':
            return {
              response: outcome.response,
              result: outcome.result ?? null,
              message: [...outcome.message],
            };
          case 'unknown partner':
            return notFound(
              `no partner "${partner}" is registered: GET /api/v1/partners lists what there is`,
            );
          case 'refused':
            throw new ProblemError('refused', { detail: outcome.why });
          case 'failed':
            throw new ProblemError('partner-failed', { detail: outcome.why });
          default:
            return outcome satisfies never;
        }
      },
    );
  };

type Body = Static<typeof request>;

/** Throws a problem that names what is missing. */
function commandOf(body: Body): RetailCommand {
  const { command: kind, type = 'RFID', evse, connector } = body;
  const needed = (field: 'uid' | 'location' | 'evse' | 'connector' | 'reservation' | 'session'): string => {
    const value = body[field];
    if (value !== undefined) return value;
    throw new ProblemError('refused', { field, detail: `${kind} needs "${field}"` });
  };
  const place = () => ({ locationId: needed('location'), ...(evse !== undefined && { evseUid: evse }) });
  switch (kind) {
    case 'START_SESSION': {
      const at = { ...place(), ...(connector !== undefined && { connectorId: connector }) };
      return { kind, token: { uid: needed('uid'), type }, ...at };
    }
    case 'RESERVE_NOW': {
      const held = {
        reservationId: needed('reservation'),
        expiresAtMs: instantGiven('expiresAt', body.expiresAt ?? ''),
      };
      return { kind, token: { uid: needed('uid'), type }, ...place(), ...held };
    }
    case 'CANCEL_RESERVATION':
      return { kind, reservationId: needed('reservation') };
    case 'STOP_SESSION':
      return { kind, sessionId: needed('session') };
    case 'UNLOCK_CONNECTOR':
      return {
        ...{ kind, locationId: needed('location'), evseUid: needed('evse') },
        connectorId: needed('connector'),
      };
    default:
      return kind satisfies never;
  }
}
