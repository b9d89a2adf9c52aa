import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { givenCsms } from '../csms.ts';

afterEach(stopGateways);

const given = async () => {
  const csms = await givenCsms('ocpp1.6');
  return { csms, station: await csms.connect() };
};
const boot = { chargePointVendor: 'VendorX', chargePointModel: 'ModelY' };

describe('1.6 Core, Boot Notification', () => {
  it('is accepted, with the time and the interval of heartbeats', async () => {
    const { csms, station } = await given();
    const answer = await station.call('BootNotification', { ...boot, firmwareVersion: '1.2' });
    expect(answer).toMatchObject({ status: 'Accepted', interval: 300 });
    expect(Math.abs(Date.parse(String(answer['currentTime'])) - Date.now())).toBeLessThan(60_000);
    expect(csms.events.at(-1)).toMatchObject({
      kind: 'booted',
      hardware: { vendor: 'VendorX', model: 'ModelY', firmware: '1.2' },
    });
  });
});

describe('1.6 Core, Heartbeat', () => {
  it('is answered with the time', async () => {
    const { station } = await given();
    const { currentTime } = await station.call('Heartbeat', {});
    expect(Math.abs(Date.parse(String(currentTime)) - Date.now())).toBeLessThan(60_000);
  });
});

describe('1.6 Core, Status Notification', () => {
  it.each([
    ['Available', 'available'],
    ['Preparing', 'occupied'],
    ['Charging', 'occupied'],
    ['SuspendedEV', 'occupied'],
    ['SuspendedEVSE', 'occupied'],
    ['Finishing', 'occupied'],
    ['Reserved', 'reserved'],
    ['Unavailable', 'unavailable'],
    ['Faulted', 'faulted'],
  ])('of a connector that is %s has its EVSE %s', async (status, evse) => {
    const { csms, station } = await given();
    const told = { connectorId: 1, errorCode: 'NoError', status };
    expect(await station.call('StatusNotification', told)).toEqual({});
    expect(csms.events).toContainEqual(
      expect.objectContaining({ kind: 'evse status', evseNumber: 1, status: evse }),
    );
  });

  it('with an error tells it in the words of the vendor', async () => {
    const { csms, station } = await given();
    const error = { errorCode: 'OtherError', vendorErrorCode: 'E42', info: 'relay welded' };
    await station.call('StatusNotification', { connectorId: 1, status: 'Faulted', ...error });
    expect(csms.events.at(-1)).toMatchObject({ status: 'faulted', fault: 'OtherError E42 relay welded' });
  });
});
