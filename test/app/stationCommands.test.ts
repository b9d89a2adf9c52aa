import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { eventually } from '../eventually.ts';
import { givenAuthority } from '../ocpp/givenAuthority.ts';
import { commandedStation } from './commandedStation.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const given = async (...input: Parameters<typeof commandedStation>) => {
  const station = await commandedStation(...input);
  ends.push(station.stop);
  return station;
};
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'lastvakt-stations-'));
  ends.push(() => rmSync(made, { recursive: true, force: true }));
  return made;
};
const soon = (): string => new Date(Date.now() + 600_000).toISOString();
const now = (): string => new Date().toISOString();
const boot16 = { chargePointVendor: 'V', chargePointModel: 'M' };
const boot201 = { reason: 'PowerUp', chargingStation: { vendorName: 'V', model: 'M' } };
const status16 = (status: string, errorCode = 'NoError', more: object = {}) => ({
  connectorId: 1,
  errorCode,
  status,
  timestamp: now(),
  ...more,
});
const status201 = (connectorStatus: string) => ({
  timestamp: now(),
  connectorStatus,
  evseId: 1,
  connectorId: 1,
});

describe('any message of OCPP as a command', () => {
  it('reaches the station, and who, what and the answer are kept without its secrets', async () => {
    const { command, read, asked } = await given('ocpp1.6', { GetDiagnostics: () => ({ fileName: 'a.gz' }) });
    const payload = { location: 'ftp://anna:hunter2@files.example/' };
    expect((await command('GetDiagnostics', payload)).body.answer).toEqual({ fileName: 'a.gz' });
    expect(asked).toContainEqual({ action: 'GetDiagnostics', request: payload });
    expect(await command('ClearCache', {})).toEqual({
      status: 200,
      body: { outcome: 'answered', protocol: 'ocpp1.6', answer: { status: 'Accepted' } },
    });
    const log = await read('/commands');
    expect(log).toMatchObject([
      {
        actor: 'trial',
        command: 'ClearCache',
        request: {},
        outcome: 'answered',
        answer: { answer: { status: 'Accepted' } },
      },
      { command: 'GetDiagnostics', outcome: 'answered' },
    ]);
    expect(JSON.stringify(log)).not.toContain('hunter2');
  });

  it.each([
    ['SetChargingProfile', { connectorId: 1, csChargingProfiles: profile16('TxProfile') }],
    ['ClearChargingProfile', {}],
    ['ChangeConfiguration', { key: 'AuthorizationKey', value: '0123456789abcdef' }],
    ['RemoteStartTransaction', { idTag: 'T', connectorId: 1, chargingProfile: profile16('TxProfile') }],
  ])('%s never takes away or overrides a limit of ours', async (message, payload) => {
    const { command, read, asked } = await given('ocpp1.6');
    expect((await command(message, payload)).status).toBe(422);
    expect(asked).not.toContainEqual({ action: message, request: payload });
    expect(await read('/commands')).toMatchObject([{ command: message, outcome: 'kept back' }]);
    expect(JSON.stringify(await read('/commands'))).not.toContain('0123456789abcdef');
  });

  it('bounds the station as a whole where an operator wants it', async () => {
    const { command, asked } = await given('ocpp1.6');
    const payload = { connectorId: 0, csChargingProfiles: profile16('ChargePointMaxProfile') };
    expect((await command('SetChargingProfile', payload)).status).toBe(200);
    expect(asked).toContainEqual({ action: 'SetChargingProfile', request: payload });
  });

  it.each([
    ['ocpp1.6', { connectorId: 0, csChargingProfiles: profile16('ChargePointMaxProfile') }],
    ['ocpp2.0.1', { evseId: 0, chargingProfile: profile201 }],
  ] as const)(
    '%s: a profile that was sent so lies in the book until it is cleared',
    async (protocol, set) => {
      const { command, read } = await given(protocol);
      const foreign = async (): Promise<object[]> =>
        (await read('/profiles')).profiles.filter(({ isForeign }: { isForeign: boolean }) => isForeign);
      await command('SetChargingProfile', set);
      expect(await foreign()).toMatchObject([{ id: 99, stackLevel: 7, from: 'sent' }]);
      await command('clear-charging-profile', { purpose: 'station maximum' });
      expect(await foreign()).toEqual([]);
    },
  );

  it('tells which versions have it, and which field is wrong', async () => {
    const { command } = await given('ocpp1.6');
    expect((await command('SetDisplayMessage', {})).body.detail).toBe(
      'ocpp1.6 has no SetDisplayMessage: stations of ocpp2.0.1 and ocpp2.1 have it',
    );
    expect((await command('Reset', { type: 'Later' })).body).toMatchObject({ status: 400, field: 'type' });
  });

  it('is refused while the station is away, and that is kept too', async () => {
    const { client, command, read } = await given('ocpp1.6');
    await client.close();
    await eventually(async () => expect((await read()).isOnline).toBe(false));
    expect((await command('Reset', { type: 'Soft' })).status).toBe(502);
    expect(await read('/commands')).toMatchObject([{ command: 'Reset', outcome: 'unsent' }]);
  });
});

describe('a remote start with a profile', () => {
  it('[1.6 TC_059, 5.11] begins the session under the failsafe current of its EVSE', async () => {
    const { command, asked } = await given('ocpp1.6');
    expect((await command('remote-start', { evseNumber: 1, tokenId: 'T1' })).body.outcome).toBe('accepted');
    expect(asked.find(({ action }) => action === 'RemoteStartTransaction')?.request).toMatchObject({
      connectorId: 1,
      idTag: 'T1',
      chargingProfile: {
        chargingProfilePurpose: 'TxProfile',
        chargingSchedule: { chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] },
      },
    });
  });

  it('[2.0.1 F01, K05] the same', async () => {
    const { command, asked } = await given('ocpp2.0.1');
    await command('remote-start', { evseNumber: 1, tokenId: 'T1' });
    expect(asked.find(({ action }) => action === 'RequestStartTransaction')?.request).toMatchObject({
      evseId: 1,
      chargingProfile: {
        chargingProfilePurpose: 'TxProfile',
        chargingSchedule: [{ chargingSchedulePeriod: [{ startPeriod: 0, limit: 8 }] }],
      },
    });
  });
});

describe('a reservation', () => {
  it('[1.6 5.13] is made, shown, used by its driver, and over then', async () => {
    const { client, command, read, asked } = await given('ocpp1.6');
    await client.call('BootNotification', boot16);
    await client.call('StatusNotification', status16('Available'));
    const { body } = await command('reserve', { evseNumber: 1, tokenId: 'T1', expiresAt: soon() });
    const { reservationId } = body.data;
    expect(asked.find(({ action }) => action === 'ReserveNow')?.request).toMatchObject({
      connectorId: 1,
      idTag: 'T1',
      reservationId,
    });
    await eventually(async () => expect((await read()).evses[0].availability).toBe('reserved'));
    const start = { connectorId: 1, idTag: 'T1', meterStart: 0, timestamp: now(), reservationId };
    await client.call('StartTransaction', start);
    await eventually(async () => expect((await read('/reservations'))[0].state).toBe('used'));
    await eventually(async () => expect((await read()).evses[0].availability).toBe('charging'));
  });

  it('[2.0.1 H01, H02, H04] is held over a restart of ours, cancelled, and ended by its station', async () => {
    const database = join(folder(), 'lastvakt.db');
    const first = await given('ocpp2.0.1', {}, { database });
    const made = await first.command('reserve', { evseNumber: 1, tokenId: 'T1', expiresAt: soon() });
    await first.stop();

    const { client, command, read } = await given('ocpp2.0.1', {}, { database });
    const { reservationId } = made.body.data;
    expect(await read('/reservations')).toMatchObject([{ id: reservationId, state: 'active' }]);
    expect((await command('cancel-reservation', { reservationId })).body.outcome).toBe('accepted');
    expect(await read('/reservations')).toMatchObject([{ state: 'cancelled' }]);

    const other = await command('reserve', { tokenId: 'T2', expiresAt: soon() });
    await client.call('ReservationStatusUpdate', {
      reservationId: other.body.data.reservationId,
      reservationUpdateStatus: 'Expired',
    });
    await eventually(async () =>
      expect((await read('/reservations'))[0]).toMatchObject({ state: 'expired' }),
    );
  });

  it('[1.6 5.13] that the station refuses is none', async () => {
    const { command, read } = await given('ocpp1.6', { ReserveNow: () => ({ status: 'Occupied' }) });
    const { body } = await command('reserve', { evseNumber: 1, tokenId: 'T1', expiresAt: soon() });
    expect(body).toEqual({ outcome: 'rejected', reason: 'Occupied' });
    expect(await read('/reservations')).toMatchObject([{ state: 'refused' }]);
  });
});

describe('the fault log', () => {
  it('[1.6 4.9] has the error and vendor code of a connector from begin to end, over a restart too', async () => {
    const database = join(folder(), 'lastvakt.db');
    const first = await given('ocpp1.6', {}, { database });
    await first.client.call(
      'StatusNotification',
      status16('Faulted', 'GroundFailure', { vendorErrorCode: 'E17' }),
    );
    await eventually(async () => {
      expect((await first.read()).evses[0].availability).toBe('out of order');
      expect((await first.read('/faults'))[0]).toMatchObject({ code: 'GroundFailure', endedAt: null });
    });
    await first.stop();

    const { client, read } = await given('ocpp1.6', {}, { database });
    expect((await read()).faults).toMatchObject([
      { code: 'GroundFailure', vendorCode: 'E17', severity: 'critical' },
    ]);
    await client.call('StatusNotification', status16('Available'));
    await eventually(async () => {
      expect((await read()).faults).toEqual([]);
      expect((await read()).evses[0].availability).toBe('available');
      expect(await read('/faults')).toMatchObject([{ code: 'GroundFailure', endedAt: expect.any(String) }]);
    });
  });

  it('[2.0.1 N07, A04, G01] has alerts, security events and faulted connectors, and keeps readings beside', async () => {
    const { client, read } = await given('ocpp2.0.1');
    await client.call('BootNotification', boot201);
    await client.call('StatusNotification', status201('Available'));
    const event = (more: object) => ({
      generatedAt: now(),
      seqNo: 0,
      eventData: [
        {
          eventId: 1,
          timestamp: now(),
          trigger: 'Alerting',
          actualValue: '71.5',
          eventNotificationType: 'CustomMonitor',
          variableMonitoringId: 4,
          component: { name: 'Connector', evse: { id: 1, connectorId: 1 } },
          variable: { name: 'Temperature' },
          ...more,
        },
      ],
    });
    await client.call('NotifyEvent', event({ techCode: 'T9' }));
    await client.call('SecurityEventNotification', { type: 'TamperDetectionActivated', timestamp: now() });
    await eventually(async () => {
      const { faults, readings } = await read();
      expect(faults).toMatchObject([{ code: 'Connector.Temperature', vendorCode: 'T9', source: 'event' }]);
      expect(readings).toMatchObject([{ evseNumber: 1, name: 'Connector.Temperature', value: '71.5' }]);
    });
    await client.call('NotifyEvent', event({ actualValue: '40', cleared: true }));
    await eventually(async () => {
      expect((await read()).faults).toEqual([]);
      expect((await read()).readings[0].value).toBe('40');
      const security = await read('/faults?source=security+event');
      expect(security).toMatchObject([{ code: 'TamperDetectionActivated' }]);
      expect(security[0].endedAt).toBe(security[0].beganAt);
    });
    await client.call('StatusNotification', status201('Faulted'));
    await eventually(async () => expect((await read()).evses[0].availability).toBe('out of order'));
  });

  it('[2.0.1 G01] shows a bay that somebody blocks', async () => {
    const { client, read } = await given('ocpp2.0.1');
    await client.call('StatusNotification', status201('Available'));
    const occupied = {
      eventId: 1,
      timestamp: now(),
      trigger: 'Delta',
      actualValue: 'true',
      eventNotificationType: 'HardWiredNotification',
      component: { name: 'BayOccupancySensor', evse: { id: 1 } },
      variable: { name: 'Active' },
    };
    await client.call('NotifyEvent', { generatedAt: now(), seqNo: 0, eventData: [occupied] });
    await eventually(async () => expect((await read()).evses[0].availability).toBe('blocked'));
  });
});

describe('what a station works on', () => {
  it('[1.6 5.19, 4.5] an update of the firmware is shown as it goes on', async () => {
    const { client, command, read, asked } = await given('ocpp1.6', { UpdateFirmware: () => ({}) });
    const { body } = await command('update-firmware', { url: 'https://firmware.example/2.bin' });
    expect(body.outcome).toBe('accepted');
    expect(asked.find(({ action }) => action === 'UpdateFirmware')?.request).toMatchObject({
      location: 'https://firmware.example/2.bin',
      retrieveDate: expect.any(String),
    });
    for (const status of ['Downloading', 'Downloaded', 'Installing', 'Installed']) {
      await client.call('FirmwareStatusNotification', { status });
      await eventually(async () => expect((await read()).work).toMatchObject([{ of: 'firmware', status }]));
    }
  });

  it('[2.0.1 N01] a log is uploaded, and its request is named', async () => {
    const { client, command, read, asked } = await given('ocpp2.0.1', {
      GetLog: () => ({ status: 'Accepted', filename: 'log.gz' }),
    });
    const { body } = await command('get-log', { log: 'security', url: 'https://logs.example/in' });
    expect(body.data).toEqual({ kind: 'log', fileName: 'log.gz' });
    const { requestId } = asked.find(({ action }) => action === 'GetLog')?.request ?? {};
    await client.call('LogStatusNotification', { status: 'Uploaded', requestId });
    await eventually(async () =>
      expect((await read()).work).toMatchObject([{ of: 'log upload', requestId, status: 'Uploaded' }]),
    );
  });

  it('[2.0.1 B07, N02, O03] what it reports in parts is put together', async () => {
    const { client, command, read } = await given('ocpp2.0.1');
    expect((await command('GetBaseReport', { requestId: 7, reportBase: 'FullInventory' })).status).toBe(200);
    const part = (seqNo: number, tbc: boolean) => ({
      requestId: 7,
      generatedAt: now(),
      seqNo,
      tbc,
      reportData: [
        { component: { name: 'EVSE' }, variable: { name: `V${seqNo}` }, variableAttribute: [{ value: '1' }] },
      ],
    });
    await client.call('NotifyReport', part(0, true));
    await client.call('NotifyReport', part(1, false));
    await eventually(async () => {
      const [report] = await read('/reports');
      expect(report).toMatchObject({ of: 'device model', requestId: 7, isComplete: true });
      expect(report.items).toHaveLength(2);
    });
  });
});

describe('a local list', () => {
  it('[1.6 5.15] is one version after the one that the station holds', async () => {
    const { command, asked } = await given('ocpp1.6', { GetLocalListVersion: () => ({ listVersion: 4 }) });
    const entries = [
      { tokenId: 'T1', status: 'accepted', expiresAt: '2027-01-01T00:00:00Z' },
      { tokenId: 'T2' },
    ];
    expect((await command('send-local-list', { isFull: false, entries })).body.outcome).toBe('accepted');
    expect(asked.find(({ action }) => action === 'SendLocalList')?.request).toEqual({
      listVersion: 5,
      updateType: 'Differential',
      localAuthorizationList: [
        { idTag: 'T1', idTagInfo: { status: 'Accepted', expiryDate: '2027-01-01T00:00:00.000Z' } },
        { idTag: 'T2' },
      ],
    });
  });

  it('[2.0.1 D01] the same, with what a token is', async () => {
    const { command, asked } = await given('ocpp2.0.1', {
      GetLocalListVersion: () => ({ versionNumber: 0 }),
    });
    await command('send-local-list', { isFull: true, entries: [{ tokenId: 'T1', status: 'blocked' }] });
    expect(asked.find(({ action }) => action === 'SendLocalList')?.request).toEqual({
      versionNumber: 1,
      updateType: 'Full',
      localAuthorizationList: [
        { idToken: { idToken: 'T1', type: 'ISO14443' }, idTokenInfo: { status: 'Blocked' } },
      ],
    });
  });
});

describe('a certificate of a station', () => {
  it('[2.0.1 A02, A03] is renewed when asked for, and signed by the authority of the config', async () => {
    const authority = givenAuthority();
    ends.push(authority.remove);
    const at = folder();
    const [certFile, keyFile] = [join(at, 'ca.pem'), join(at, 'ca.key')];
    writeFileSync(certFile, authority.certPem);
    writeFileSync(keyFile, authority.keyPem);
    const ocpp = `, certificateAuthority: { certFile: "${certFile}", keyFile: "${keyFile}" }`;
    const { client, command, read, asked } = await given('ocpp2.0.1', {}, { ocpp });

    expect((await command('renew-certificate', {})).body.outcome).toBe('accepted');
    const told = asked.map(({ request }) => request['requestedMessage']);
    expect(told).toContain('SignChargingStationCertificate');
    const csr = authority.request('/O=Garo/CN=CP-A1');
    expect(await client.call('SignCertificate', { csr })).toEqual({ status: 'Accepted' });
    await eventually(async () =>
      expect((await read()).work).toMatchObject([{ of: 'certificate', status: 'Accepted' }]),
    );
    const { certificateChain } = asked.find(({ action }) => action === 'CertificateSigned')?.request ?? {};
    expect(authority.verify(String(certificateChain))).toMatch(/: OK/);
    expect(await client.call('SignCertificate', { csr, certificateType: 'V2GCertificate' })).toMatchObject({
      status: 'Rejected',
    });
  });

  it('[2.0.1 M06, M01] is not vouched for, and no contract is provided, without a provider', async () => {
    const { client } = await given('ocpp2.0.1');
    const hash = { hashAlgorithm: 'SHA256', issuerNameHash: 'a', issuerKeyHash: 'b', serialNumber: '1' };
    const ocspRequestData = { ...hash, responderURL: 'http://ocsp.example' };
    expect(await client.call('GetCertificateStatus', { ocspRequestData })).toEqual({ status: 'Failed' });
    const request = { iso15118SchemaVersion: 'v', action: 'Install', exiRequest: 'x' };
    expect(await client.call('Get15118EVCertificate', request)).toMatchObject({ status: 'Failed' });
    expect(await client.call('SignCertificate', { csr: 'x' })).toMatchObject({ status: 'Rejected' });
  });
});

const profile201 = {
  id: 99,
  stackLevel: 7,
  chargingProfilePurpose: 'ChargingStationMaxProfile',
  chargingProfileKind: 'Absolute',
  chargingSchedule: [
    { id: 1, chargingRateUnit: 'A', chargingSchedulePeriod: [{ startPeriod: 0, limit: 7 }] },
  ],
};

function profile16(chargingProfilePurpose: string): object {
  return {
    chargingProfileId: 99,
    stackLevel: 7,
    chargingProfilePurpose,
    chargingProfileKind: 'Absolute',
    chargingSchedule: {
      chargingRateUnit: 'A',
      startSchedule: '2026-01-01T00:00:00Z',
      chargingSchedulePeriod: [{ startPeriod: 0, limit: 16 }],
    },
  };
}
