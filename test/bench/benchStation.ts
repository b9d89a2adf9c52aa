import { WebSocket } from 'ws';

/**
 * A station that starts a session, acknowledges every profile at once and tells each limit it is given with the
 * moment it came. Resolves when its session runs.
 */
export function benchStation(url: string, onLimit: (amps: number, atMs: number) => void): Promise<void> {
  const socket = new WebSocket(url, 'ocpp1.6');
  let call = 0;
  const send = (action: string, payload: object): void =>
    socket.send(JSON.stringify([2, String(++call), action, payload]));
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () =>
      send('BootNotification', { chargePointVendor: 'Bench', chargePointModel: 'Bench' }),
    );
    socket.on('message', (data) => {
      const atMs = wallMs();
      const [type, id, action, payload] = JSON.parse(data.toString());
      if (type === 3) {
        if (id === '1')
          send('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
        if (id === '2') {
          const timestamp = new Date().toISOString();
          send('StartTransaction', { connectorId: 1, idTag: 'T', meterStart: 0, timestamp });
        }
        if (id === '3') resolve();
        return;
      }
      socket.send(JSON.stringify([3, id, { status: 'Accepted' }]));
      const profile = payload.csChargingProfiles;
      if (action !== 'SetChargingProfile' || profile.chargingProfilePurpose !== 'TxProfile') return;
      onLimit(profile.chargingSchedule.chargingSchedulePeriod[0].limit, atMs);
    });
  });
}

/** The same clock in every process of this machine, finer than milliseconds. */
export const wallMs = (): number => performance.timeOrigin + performance.now();

export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
