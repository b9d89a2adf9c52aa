import { afterEach, describe, expect, it } from 'vitest';
import { stationId } from '../../src/domain/ids.ts';
import { eventually } from '../eventually.ts';
import { connectCharging } from './chargingStation.ts';
import { givenLease } from './givenCommand.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';

afterEach(stopGateways);
const id = stationId('CP-A1');

describe('the book of the profiles on a station of OCPP 1.6', () => {
  it('asks for its own calculation after a refusal, and shows where that departs from ours', async () => {
    let isRefusing = false;
    const { gateway, port, logged } = await givenGateway();
    const station = await connectCharging(
      { port, password },
      {
        SetChargingProfile: () => ({ status: isRefusing ? 'Rejected' : 'Accepted' }),
        GetCompositeSchedule: () => ({
          status: 'Accepted',
          connectorId: 1,
          scheduleStart: new Date().toISOString(),
          chargingSchedule: {
            duration: 300,
            chargingRateUnit: 'A',
            chargingSchedulePeriod: [{ startPeriod: 0, limit: 32 }],
          },
        }),
      },
    );
    gateway.send(givenLease({ sequence: 1 }));
    await station.answeredCall('SetChargingProfile');
    isRefusing = true;
    gateway.send(givenLease({ sequence: 2, setpointAmps: 10 }));
    await station.answeredCall('GetCompositeSchedule');
    await eventually(() =>
      expect(gateway.profiles(id)?.checks[0]?.difference).toMatchObject({
        kind: 'above',
        ownLimit: 16,
        reportedLimit: 32,
        profileId: 11,
      }),
    );
    expect(logged.map(({ msg }) => msg)).toContain('station calculates otherwise than we do');
  });
});
