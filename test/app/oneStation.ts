import type { MqttClient } from 'mqtt';

/** A site of one EVSE behind 32 A, with a meter. Its station is on somebody else's OCPP stack. */
export const oneStationConfig = `
http: { port: 0 }
ocpp: { port: 0, meterIntervalS: 1 }
mqtt: { embedded: { port: 0 } }
database: { url: "sqlite::memory:" }
control: { tickMs: 200, raiseDelayS: 0 }
sites:
  - id: garage
    circuit:
      id: grid
      breakerAmps: 32
      assumedBackgroundAmps: 10
      meter: { topic: meters/grid, maxAgeS: 10 }
      evses: [ { id: A1, station: CP-A1 } ]
`;

/** What the building draws beside the car. */
const backgroundAmps = 10;

/** The meter of the site, while its car draws so much. */
export function publishDraw(meter: MqttClient, carAmps: number): void {
  const amps = backgroundAmps + carAmps;
  meter.publish('meters/grid', JSON.stringify({ amps: [amps, amps, amps] }));
}

export const post = (url: string, body: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

/** The grid operator allows the site 18 A, of which the building takes 10. */
export const curtail = (api: string): Promise<Response> =>
  post(`${api}/api/v1/limits`, {
    site: 'garage',
    amps: 18,
    until: new Date(Date.now() + 600_000).toISOString(),
    reason: 'feeder at its limit',
  });
