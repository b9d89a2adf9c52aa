import Type from 'typebox';
import { stationId } from '../domain/ids.ts';
import { demand, type Right } from './auth.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError } from './problem.ts';
import { demandStation, noAnswer } from './stationCommands.ts';
import type { MessageAnswer } from './stationPorts.ts';

/** Messages that leave a station as it is set up. Every other one is for an admin. */
const everyday: ReadonlySet<string> = new Set([
  'CancelReservation',
  'ChangeAvailability',
  'ClearCache',
  'ClearDisplayMessage',
  'CostUpdated',
  'ExtendedTriggerMessage',
  'GetBaseReport',
  'GetChargingProfiles',
  'GetCompositeSchedule',
  'GetConfiguration',
  'GetDERControl',
  'GetDisplayMessages',
  'GetInstalledCertificateIds',
  'GetLocalListVersion',
  'GetMonitoringReport',
  'GetPeriodicEventStream',
  'GetReport',
  'GetTariffs',
  'GetTransactionStatus',
  'GetVariables',
  'NotifyWebPaymentStarted',
  'RemoteStartTransaction',
  'RemoteStopTransaction',
  'RequestBatterySwap',
  'RequestStartTransaction',
  'RequestStopTransaction',
  'ReserveNow',
  'Reset',
  'SetDisplayMessage',
  'TriggerMessage',
  'UnlockConnector',
]);

const rightFor = (message: string): Right =>
  everyday.has(message) ? 'command stations' : 'configure stations';

const answerSchema = Type.Object(
  {
    outcome: Type.Literal('answered'),
    protocol: Type.String({ description: 'The version the station speaks: ocpp1.6, ocpp2.0.1 or ocpp2.1' }),
    answer: Type.Object(
      {},
      { additionalProperties: true, description: 'The payload of its answer as it came' },
    ),
  },
  { additionalProperties: false },
);

/** `POST /stations/{station}/commands/{Message}`: any message of the specifications, as it is written there. */
export const stationMessages =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    const messages = ports.stations.messages();
    api.post(
      '/stations/:station/commands/:message',
      {
        config: { right: 'command stations' },
        schema: {
          summary: 'Sends a station a message of OCPP as it is, and answers with its answer',
          description:
            'The body is the payload, checked against the published schema of the version that the station speaks. ' +
            `What only reads or serves a driver is for site operators, everything else for admins. ${listed(messages)}`,
          params: Type.Object({ station: Type.String(), message: Type.String() }),
          body: Type.Object({}, { additionalProperties: true }),
          response: { 200: answerSchema },
        },
      },
      async ({ actor, params, body }) => {
        const { message: action } = params;
        const protocols = messages.get(action);
        if (protocols === undefined) {
          const detail = `no station is sent "${action}" in any version: GET /openapi.json lists the commands`;
          throw new ProblemError('not-found', { detail });
        }
        const right = rightFor(action);
        demand(actor, right);
        const station = stationId(params.station);
        demandStation(ports, actor, right, station);
        return answered(await ports.stations.send(station, { action, payload: body }, actor), action);
      },
    );
  };

const listed = (messages: ReadonlyMap<string, readonly string[]>): string =>
  [...messages].map(([action, protocols]) => `${action} (${protocols.join(', ')})`).join('; ');

function answered(answer: MessageAnswer, action: string) {
  switch (answer.outcome) {
    case 'answered':
      return answer;
    case 'failed': {
      const { code, description } = answer;
      const detail = `the station answered with the error ${code}${description && `: ${description}`}`;
      throw new ProblemError('station-failed', { detail });
    }
    case 'invalid': {
      const field = answer.path.slice(1).replaceAll('/', '.') || 'body';
      throw new ProblemError('invalid-request', { field, detail: `${action}: ${answer.reason}` });
    }
    case 'not in version': {
      const detail = `${answer.protocol} has no ${action}: stations of ${answer.protocols.join(' and ')} have it`;
      throw new ProblemError('refused', { detail });
    }
    case 'unsent':
    case 'timed-out':
    case 'kept back':
      if (answer.isForNow)
        throw new ProblemError('conflict', { detail: `the station was not asked: ${answer.reason}` });
      throw noAnswer(answer.outcome, answer.reason);
    default:
      return answer satisfies never;
  }
}
