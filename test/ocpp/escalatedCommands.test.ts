import { afterEach, describe, expect, it } from 'vitest';
import type { StationCommand } from '../../src/control/ports.ts';
import { eventually } from '../eventually.ts';
import { givenLease } from './givenCommand.ts';
import { givenGateway, stopGateways } from './givenGateway.ts';
import { independentStation } from './independentStation.ts';

afterEach(stopGateways);

const {
  transactionId: _,
  setpointAmps: __,
  tailAmps: ___,
  leaseMs: ____,
  kind: _____,
  ...address
} = givenLease();
const maximum: StationCommand = { ...address, kind: 'station maximum', amps: 20.06, durationMs: 120_000 };
const start: StationCommand = { ...address, sequence: 41, kind: 'remote start', tokenId: 'TAG-1', amps: 16 };
const stop: StationCommand = { ...address, sequence: 2, kind: 'remote stop', transactionId: '7' };

/** What a station is sent that checks every message against the published schemas. */
async function sent(protocol: 'ocpp1.6' | 'ocpp2.0.1', command: StationCommand, action: string) {
  const { gateway, port, answers } = await givenGateway();
  const { client, asked } = await independentStation(port, protocol, {
    [action]: () => ({ status: 'Accepted' }),
  });
  gateway.send(command);
  await eventually(() =>
    expect(answers).toMatchObject([{ outcome: 'accepted', sequence: command.sequence }]),
  );
  await client.close();
  return asked.find((each) => each.action === action)?.request;
}

describe('a station that is bounded as a whole', () => {
  const schedule = { duration: 180, chargingRateUnit: 'A' };
  const periods = { chargingSchedulePeriod: [{ startPeriod: 0, limit: 20, numberPhases: 3 }] };

  it('gets a ChargePointMaxProfile that ends by itself, in 1.6', async () => {
    expect(await sent('ocpp1.6', maximum, 'SetChargingProfile')).toMatchObject({
      connectorId: 0,
      csChargingProfiles: {
        chargingProfileId: 2,
        stackLevel: 0,
        chargingProfilePurpose: 'ChargePointMaxProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: { ...schedule, ...periods },
      },
    });
  });

  it('gets a ChargingStationMaxProfile that ends by itself, in 2.0.1', async () => {
    expect(await sent('ocpp2.0.1', maximum, 'SetChargingProfile')).toMatchObject({
      evseId: 0,
      chargingProfile: {
        id: 2,
        chargingProfilePurpose: 'ChargingStationMaxProfile',
        chargingProfileKind: 'Absolute',
        chargingSchedule: [{ ...schedule, ...periods }],
      },
    });
  });
});

describe('a session that is stopped from here', () => {
  it('is a RemoteStopTransaction in 1.6', async () => {
    expect(await sent('ocpp1.6', stop, 'RemoteStopTransaction')).toEqual({ transactionId: 7 });
  });

  it('is a RequestStopTransaction in 2.0.1', async () => {
    expect(await sent('ocpp2.0.1', stop, 'RequestStopTransaction')).toEqual({ transactionId: '7' });
  });
});

describe('a session that is begun again from here', () => {
  it('is a RemoteStartTransaction without a profile in 1.6', async () => {
    expect(await sent('ocpp1.6', start, 'RemoteStartTransaction')).toEqual({
      connectorId: address.evseNumber,
      idTag: 'TAG-1',
    });
  });

  it('is a RequestStartTransaction with a number of its own in 2.0.1', async () => {
    expect(await sent('ocpp2.0.1', start, 'RequestStartTransaction')).toEqual({
      evseId: address.evseNumber,
      idToken: { idToken: 'TAG-1', type: 'Central' },
      remoteStartId: 42,
    });
  });
});
