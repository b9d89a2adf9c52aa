import { expect } from 'vitest';
import { stationId } from '../../../src/domain/ids.ts';
import { effectRefusal } from '../../../src/domain/stationEffect.ts';
import { type ChargingStation, connectCharging } from '../../ocpp/chargingStation.ts';
import { givenLease } from '../../ocpp/givenCommand.ts';
import { type GivenGateway, givenGateway, password } from '../../ocpp/givenGateway.ts';
import { nowText } from '../../ocpp/sockets.ts';
import type { Protocol } from '../csms.ts';

export const id = stationId('CP-A1');

export type Answers = Parameters<typeof connectCharging>[1];

/** What an event of the transaction at EVSE 1 tells. */
export const transactionEvent = (eventType: string, seqNo: number, more: object = {}) => ({
  ...{ eventType, seqNo, timestamp: nowText(), triggerReason: 'Authorized' },
  ...{ transactionInfo: { transactionId: 'tx-a', chargingState: 'Charging' } },
  ...{ evse: { id: 1, connectorId: 1 } },
  ...more,
});

/** The gateway, and a station with a transaction at EVSE 1. */
export async function charging(
  protocol: Protocol,
  answers: Answers = {},
  ports: Parameters<typeof givenGateway>[1] = {},
): Promise<GivenGateway & { readonly station: ChargingStation }> {
  const given = await givenGateway({}, ports);
  const station = await connectCharging({ port: given.port, password, protocols: [protocol] }, answers);
  await station.call('TransactionEvent', transactionEvent('Started', 0));
  return { ...given, station };
}

/** 16 A for two minutes, then 6 A, for the transaction that runs. */
export const lease = (change: Parameters<typeof givenLease>[0] = {}) =>
  givenLease({ transactionId: 'tx-a', ...change });

/** Sends what an operator wrote, which has to be something that the service lets pass, and to arrive as it is. */
export async function ordered(
  { gateway, station }: Pick<GivenGateway, 'gateway'> & { readonly station: ChargingStation },
  action: string,
  payload: object,
): Promise<void> {
  const message = gateway.prepare(id, { action, payload });
  if (message.kind !== 'ready') throw new Error(`${action} was not sent: ${JSON.stringify(message)}`);
  const ours = { stackLevels: [0, 1], areStationMaximum: false };
  expect(message.effects.flatMap((effect) => effectRefusal(effect, ours) ?? [])).toEqual([]);
  expect((await message.send()).kind).toBe('result');
  expect(station.calls(action)).toEqual([payload]);
}

export const schedule = (limit: number, more: object = {}) => ({
  id: 1,
  chargingRateUnit: 'A',
  chargingSchedulePeriod: [{ startPeriod: 0, limit }],
  ...more,
});

export const profile = (profileId: number, purpose: string, limit = 16) => ({
  id: profileId,
  stackLevel: 3,
  chargingProfilePurpose: purpose,
  chargingProfileKind: 'Absolute',
  chargingSchedule: [schedule(limit, { startSchedule: nowText() })],
});

export const report = (requestId: unknown, profiles: readonly object[], tbc: boolean, source = 'CSO') => ({
  ...{ requestId, chargingLimitSource: source, evseId: 1 },
  ...{ tbc, chargingProfile: profiles },
});
