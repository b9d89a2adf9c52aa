import Type from 'typebox';
import { closed } from './closed.ts';
import { careCommands } from './stationCareBodies.ts';
import { command, evseNumber, kind, token } from './stationCommand.ts';

const key = Type.String({
  minLength: 1,
  maxLength: 100,
  description: '1.6: the key; 2.x: Component.Variable',
});

/**
 * The commands, by their name in the URL. What can make a station forget its failsafe or its connection to us is for an
 * admin.
 */
export const commands = {
  'clear-charging-profile': command(
    'configure stations',
    Type.Object(
      {
        profileId: Type.Optional(Type.Integer({ description: 'Alone, or else any of the others' })),
        evseNumber: Type.Optional(evseNumber),
        purpose: Type.Optional(Type.Enum(['station maximum', 'transaction default', 'transaction'])),
        stackLevel: Type.Optional(Type.Integer({ minimum: 0, maximum: 1000 })),
      },
      closed,
    ),
    (body) => ({ ...kind('clear charging profile'), ...body }),
  ),
  'composite-schedule': command(
    'command stations',
    Type.Object(
      {
        evseNumber: Type.Integer({ minimum: 0, maximum: 1000, description: '0: the station as a whole' }),
        durationS: Type.Integer({ minimum: 1, maximum: 86_400 }),
        unit: Type.Optional(Type.Enum(['A', 'W'])),
      },
      closed,
    ),
    (body) => ({ ...kind('composite schedule'), ...body }),
  ),
  'remote-start': command(
    'command stations',
    Type.Object({ evseNumber: Type.Optional(evseNumber), tokenId: token }, closed),
    (body) => ({ ...kind('remote start'), ...body }),
  ),
  'remote-stop': command('command stations', Type.Object({ transactionId: token }, closed), (body) => ({
    ...kind('remote stop'),
    ...body,
  })),
  'trigger-message': command(
    'command stations',
    Type.Object(
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
    (body) => ({ ...kind('trigger message'), ...body }),
  ),
  reset: command(
    'command stations',
    Type.Object(
      { urgency: Type.Enum(['graceful', 'immediate'], { description: 'graceful: after running charges' }) },
      closed,
    ),
    (body) => ({ ...kind('reset'), ...body }),
  ),
  'get-configuration': command(
    'command stations',
    Type.Object(
      { keys: Type.Array(key, { maxItems: 50, description: 'None: all, which only 1.6 can answer' }) },
      closed,
    ),
    (body) => ({ ...kind('get configuration'), ...body }),
  ),
  'change-configuration': command(
    'configure stations',
    Type.Object({ key, value: Type.String({ maxLength: 500 }) }, closed),
    (body) => ({ ...kind('change configuration'), ...body }),
  ),
  ...careCommands,
} as const;

/** What a station is asked to do, as a plain value. */
export type StationRequest = ReturnType<(typeof commands)[keyof typeof commands]['request']>;
