import Type from 'typebox';
import { stationId } from '../domain/ids.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { answered, answerSchema, demandStation } from './stationCommands.ts';

const right = 'configure stations';

/** `POST /stations/{station}/commands/rotate-password`: a new password, which nobody gets to see. */
export const stationPassword =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.post(
      '/stations/:station/commands/rotate-password',
      {
        config: { right },
        schema: {
          summary: 'Gives a station a new password; the former is accepted until it shows the new one',
          params: Type.Object({ station: Type.String() }),
          response: { 200: answerSchema },
        },
      },
      async ({ actor, params }) => {
        const station = stationId(params.station);
        demandStation(ports, actor, right, station);
        return answered(await ports.rotatePassword(station, actor));
      },
    );
  };
