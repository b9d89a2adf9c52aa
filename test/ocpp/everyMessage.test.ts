import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { dialects } from '../../src/ocpp/dialects.ts';
import { publishedSchemas } from '../../src/ocpp/schemas.ts';
import { connectCharging } from './chargingStation.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { leastPayload, namesOf, publishedOf } from './leastPayload.ts';

afterEach(stopGateways);

const schemaFiles = {
  'ocpp1.6': 'ocpp1_6.json',
  'ocpp2.0.1': 'ocpp2_0_1.json',
  'ocpp2.1': 'ocpp2_1.json',
} as const;
/** Sent without wanting an answer. [OCPP 2.1] */
const withoutAnswer = ['NotifyPeriodicEventStream'];

const rows = [...dialects.values()].map(({ subprotocol, handlers, messages }) => ({
  protocol: subprotocol,
  received: [...handlers.keys()].filter((action) => !withoutAnswer.includes(action)),
  sent: messages.actions,
}));

/** The least message that the published schema lets pass. */
function least(protocol: string, action: string, direction: 'request' | 'response'): object {
  const published = publishedOf(protocol);
  const schema = namesOf(action, direction).flatMap((name) => published.get(name) ?? [])[0];
  if (schema === undefined) throw new Error(`${protocol} publishes the ${direction} of ${action}`);
  return leastPayload(schema) as object;
}

describe.each(rows)('every message of $protocol', ({ protocol, received, sent }) => {
  const schemas = publishedSchemas(schemaFiles[protocol as keyof typeof schemaFiles]);

  it.each(received)(
    '%s of a station is answered with a result that fits its published schema',
    async (action) => {
      const { port } = await givenGateway();
      const station = await connectCharging({ port, password, protocols: [protocol] });
      const [type, , answer] = await station.call(action, least(protocol, action, 'request'));
      expect(type).toBe(3);
      const { response } = schemas.procedure<object, object>(action);
      if (!response.check(answer)) expect(response.violation()).toBeUndefined();
    },
  );

  it.each(sent)('%s reaches a station, and its answer whoever asked', async (action) => {
    const { port, gateway } = await givenGateway();
    const payload = least(protocol, action, 'request');
    const answer = least(protocol, action, 'response');
    const station = await connectCharging({ port, password, protocols: [protocol] }, { [action]: answer });
    const prepared = gateway.prepare(stationId('CP-A1'), { action, payload });
    if (prepared.kind !== 'ready') throw new Error(`it is ${JSON.stringify(prepared)}`);
    expect(await prepared.send()).toMatchObject({ kind: 'result', payload: answer });
    expect(station.calls(action)).toEqual([payload]);
  });
});
