import { describe, expect, it } from 'vitest';
import { firmwareManagement } from '../v2/firmware.ts';
import { given } from '../v2/station.ts';

firmwareManagement('ocpp2.1');

describe('Block L, Firmware Status Notification, of 2.1', () => {
  it('has the reason kept beside the status', async () => {
    const { csms, station } = await given('ocpp2.1');
    const statusInfo = { reasonCode: 'LowBattery', additionalInfo: 'below 20 %' };
    const told = { status: 'InstallationFailed', requestId: 5, statusInfo };
    expect(await station.call('FirmwareStatusNotification', told)).toEqual({});
    expect(csms.reports).toMatchObject([{ status: 'InstallationFailed', detail: 'LowBattery below 20 %' }]);
  });
});
