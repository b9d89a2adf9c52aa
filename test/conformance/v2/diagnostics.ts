import { afterEach, describe, expect, it } from 'vitest';
import { stopGateways } from '../../ocpp/givenGateway.ts';
import { minutesAgo, type Protocol } from '../csms.ts';
import { asked, sent } from './asking.ts';
import { given } from './station.ts';

const place = {
  ...{ component: { name: 'Connector', evse: { id: 1, connectorId: 1 } }, variable: { name: 'Temperature' } },
};
const monitor = { ...place, type: 'UpperThreshold', severity: 3, value: 70 };

/** Block N, what the CSMS has to do in it, the same in both versions. */
export function diagnostics(protocol: Protocol): void {
  afterEach(stopGateways);

  describe('Block N, Retrieve Log Information', () => {
    it.each([
      ['diagnostics', 'DiagnosticsLog'],
      ['security', 'SecurityLog'],
    ] as const)('of %s asks for the %s of a span of time', async (log, logType) => {
      const untilMs = Date.parse('2040-01-01T00:00:00Z');
      const { message, reply } = await asked(
        await given(protocol),
        {
          kind: 'get log',
          requestId: 8,
          log,
          url: 'https://logs.example/in',
          fromMs: untilMs - 60_000,
          untilMs,
        },
        ['GetLog', { status: 'Accepted', filename: 'log.gz' }],
      );
      expect(message).toEqual({
        ...{ logType, requestId: 8 },
        log: {
          ...{ remoteLocation: 'https://logs.example/in', oldestTimestamp: '2039-12-31T23:59:00.000Z' },
          latestTimestamp: '2040-01-01T00:00:00.000Z',
        },
      });
      expect(reply).toMatchObject({ outcome: 'accepted', data: { fileName: 'log.gz' } });
    });

    it.each(['Uploading', 'Uploaded', 'UploadFailure', 'PermissionDenied', 'AcceptedCanceled'])(
      '%s is acknowledged, and is how far the upload is',
      async (status) => {
        const { csms, station } = await given(protocol);
        expect(await station.call('LogStatusNotification', { status, requestId: 8 })).toEqual({});
        expect(csms.reports).toMatchObject([{ kind: 'progress', of: 'log upload', requestId: 8, status }]);
      },
    );
  });

  describe('Block N, Get, Set and Clear Monitoring', () => {
    it('a base, a level and a monitor are set, reported on and cleared in the words of the specification', async () => {
      const there = await given(protocol);
      await sent(there, ['SetMonitoringBase', { monitoringBase: 'FactoryDefault' }]);
      await sent(there, ['SetMonitoringLevel', { severity: 4 }]);
      const { value: _value, ...about } = monitor;
      const setMonitoringResult = [{ ...about, id: 12, status: 'Accepted' }];
      expect(
        await sent(there, ['SetVariableMonitoring', { setMonitoringData: [monitor] }], {
          setMonitoringResult,
        }),
      ).toEqual({ setMonitoringResult });
      await sent(there, ['GetMonitoringReport', { requestId: 3 }]);
      const clearMonitoringResult = [{ id: 12, status: 'Accepted' }];
      await sent(there, ['ClearVariableMonitoring', { id: [12] }], { clearMonitoringResult });
    });

    it('a report of monitors is taken part by part, until its last', async () => {
      const { csms, station } = await given(protocol);
      const { component, variable, ...told } = monitor;
      const variableMonitoring = {
        ...{ ...told, transaction: false },
        ...(protocol === 'ocpp2.1' && { eventNotificationType: 'CustomMonitor' }),
      };
      const part = (seqNo: number, tbc: boolean) => ({
        ...{ requestId: 3, seqNo, tbc, generatedAt: minutesAgo(0) },
        monitor: [
          {
            ...{ component, variable },
            variableMonitoring: [{ ...variableMonitoring, id: seqNo }],
          },
        ],
      });
      expect(await station.call('NotifyMonitoringReport', part(0, true))).toEqual({});
      expect(await station.call('NotifyMonitoringReport', part(1, false))).toEqual({});
      expect(csms.reports).toMatchObject([
        { kind: 'report part', of: 'monitors', requestId: 3, sequence: 0, isLast: false },
        { kind: 'report part', of: 'monitors', requestId: 3, sequence: 1, isLast: true },
      ]);
    });
  });

  describe('Block N, Alert and Periodic Event', () => {
    const event = (change: object) => ({
      ...{ generatedAt: minutesAgo(0), seqNo: 0 },
      eventData: [
        {
          ...{ ...place, eventId: 1, timestamp: minutesAgo(0), trigger: 'Alerting', actualValue: '71.5' },
          ...{ eventNotificationType: 'CustomMonitor', variableMonitoringId: 12, ...change },
        },
      ],
    });

    it('an alert is a fault until the same monitor clears it', async () => {
      const { csms, station } = await given(protocol);
      expect(await station.call('NotifyEvent', event({ techCode: 'T9' }))).toEqual({});
      await station.call('NotifyEvent', event({ actualValue: '40', cleared: true }));
      const told = csms.reports.filter((report) => report.kind === 'condition');
      expect(told).toMatchObject([
        { evseNumber: 1, fault: { code: 'Connector.Temperature', vendorCode: 'T9' } },
        { evseNumber: 1, fault: undefined },
      ]);
      expect(told[0]?.key).toBe(told[1]?.key);
    });

    it('a value that is told by the clock is a reading, and no fault', async () => {
      const { csms, station } = await given(protocol);
      expect(await station.call('NotifyEvent', event({ trigger: 'Periodic' }))).toEqual({});
      expect(csms.reports).toMatchObject([
        { kind: 'reading', evseNumber: 1, name: 'Connector.Temperature', value: '71.5' },
      ]);
    });

    it('events that come together are taken each', async () => {
      const { csms, station } = await given(protocol);
      const { eventData, ...rest } = event({ trigger: 'Delta' });
      expect(await station.call('NotifyEvent', { ...rest, eventData: [...eventData, ...eventData] })).toEqual(
        {},
      );
      expect(csms.reports.filter(({ kind }) => kind === 'reading')).toHaveLength(2);
    });
  });

  describe('Block N, Get and Clear Customer Information', () => {
    const idToken = { idToken: 'ANNA', type: 'ISO14443' };

    it.each([
      ['asked for', true, false],
      ['cleared', false, true],
    ])('what a station knows of a driver is %s', async (_what, report, clear) => {
      const message = ['CustomerInformation', { requestId: 4, report, clear, idToken }] as const;
      expect(await sent(await given(protocol), message)).toEqual({ status: 'Accepted' });
    });

    it('what it knows comes part by part', async () => {
      const { csms, station } = await given(protocol);
      const part = (seqNo: number, tbc: boolean) => ({
        ...{ data: `part ${seqNo}`, requestId: 4, seqNo, tbc, generatedAt: minutesAgo(0) },
      });
      expect(await station.call('NotifyCustomerInformation', part(0, true))).toEqual({});
      expect(await station.call('NotifyCustomerInformation', part(1, false))).toEqual({});
      expect(csms.reports).toMatchObject([
        { of: 'customer information', requestId: 4, isLast: false, items: ['part 0'] },
        { of: 'customer information', requestId: 4, isLast: true, items: ['part 1'] },
      ]);
    });
  });
}
