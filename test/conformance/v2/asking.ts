import { expect } from 'vitest';
import { stationId } from '../../../src/domain/ids.ts';
import type { StationReply, StationRequest } from '../../../src/ocpp/requests.ts';
import type { Given } from './station.ts';

const id = stationId('CP-A1');

/** How the station answers one action: it is sent exactly one message of it. */
type Answer = readonly [action: string, result: object];

interface Asked {
  /** The payload that the station received. */
  readonly message: Record<string, unknown>;
  readonly reply: StationReply;
}

/** Asks the station for something in no version's words. */
export async function asked(
  { csms, station }: Pick<Given, 'csms' | 'station'>,
  request: StationRequest,
  [action, result]: Answer,
): Promise<Asked> {
  const reply = csms.gateway.request(id, request);
  const message = await station.answer(action, result);
  return { message, reply: await reply };
}

/** Sends a message of the specification, which has to arrive as it is; gives the result that came back. */
export async function sent(
  { csms, station }: Given,
  [action, payload]: readonly [action: string, payload: object],
  result: object = { status: 'Accepted' },
): Promise<object> {
  const prepared = csms.gateway.prepare(id, { action, payload });
  if (prepared.kind !== 'ready') throw new Error(`${action} was not sent: ${JSON.stringify(prepared)}`);
  const outcome = prepared.send();
  expect(await station.answer(action, result)).toEqual(payload);
  const answered = await outcome;
  if (answered.kind !== 'result') throw new Error(`${action}: ${JSON.stringify(answered)}`);
  return answered.payload;
}
