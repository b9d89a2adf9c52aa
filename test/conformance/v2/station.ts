import { type ConnectedStation, type Csms, givenCsms, minutesAgo, type Protocol } from '../csms.ts';

export interface Given {
  readonly csms: Csms;
  readonly station: ConnectedStation;
  /** Sends a TransactionEvent of transaction tx-1 at EVSE 1, and gives its answer. */
  event(
    type: 'Started' | 'Updated' | 'Ended',
    minutes: number,
    change?: object,
  ): Promise<Record<string, unknown>>;
}

type GivenOptions = Parameters<typeof givenCsms>[1];
type GivenPorts = Parameters<typeof givenCsms>[2];

/** A connected station of OCPP 2.x. Its events are numbered in the order they are made. */
export async function given(
  protocol: Protocol,
  options: GivenOptions = {},
  ports: GivenPorts = {},
): Promise<Given> {
  const csms = await givenCsms(protocol, options, ports);
  const station = await csms.connect();
  let seqNo = -1;
  return {
    csms,
    station,
    event(eventType, minutes, change = {}) {
      seqNo += 1;
      return station.call('TransactionEvent', {
        ...{ eventType, timestamp: minutesAgo(minutes), triggerReason: 'Trigger', seqNo },
        ...{ transactionInfo: { transactionId: 'tx-1' }, evse: { id: 1, connectorId: 1 } },
        ...change,
      });
    },
  };
}

/** The transaction and its charging state, which goes into `transactionInfo`. */
export const inState = (chargingState: string) => ({
  transactionInfo: { transactionId: 'tx-1', chargingState },
});

export const stopped = (stoppedReason: string) => ({
  transactionInfo: { transactionId: 'tx-1', stoppedReason },
});

export const card = (idToken: string, type = 'ISO14443') => ({ idToken: { idToken, type } });

/** The register of the meter then. */
export const register = (minutes: number, value: number, context = 'Sample.Periodic') => ({
  meterValue: [{ timestamp: minutesAgo(minutes), sampledValue: [{ value, context }] }],
});
