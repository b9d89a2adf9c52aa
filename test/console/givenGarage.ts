import { randomUUID } from 'node:crypto';
import { systemClock } from '../../src/clock.ts';
import { circuitId } from '../../src/domain/ids.ts';
import { addAmps, noAmps, type Phase, type PhaseAmps, phases } from '../../src/domain/phases.ts';
import { createLogger } from '../../src/log.ts';
import type { CarModel } from '../../src/sim/car.ts';
import { MeterPublisher, onPhases } from '../../src/sim/meter.ts';
import { createRandom } from '../../src/sim/random.ts';
import { realTimeStations } from '../../src/sim/simulatedSite.ts';
import { StationClient } from '../../src/sim/stationClient.ts';
import { drawnAmps, findEvse, measurands } from '../../src/sim/stationState.ts';
import { v16 } from '../../src/sim/v16.ts';

const clock = systemClock();
const log = createLogger('error');
const phaseVolts = 230;

/** A building with a Shelly at its main fuse, and a station that somebody installs. */
export interface GivenGarage {
  /** What the Shelly was set to. */
  readonly topic: string;
  /** What is switched on in the building. */
  switchOn(amps: PhaseAmps): void;
  /** Sets the station to a server, as an installer does. */
  connect(url: string, password: string | undefined): void;
  plugIn(car: CarModel): void;
  unplug(): void;
  /** What really flows in the main fuse. */
  flowing(): PhaseAmps;
  stop(): Promise<void>;
}

interface GarageOptions {
  /** The phases whose current transformer sits the wrong way round. */
  readonly turned?: readonly Phase[];
  /** How the station is connected. */
  readonly wiring?: readonly Phase[];
}

export async function givenGarage(
  brokerUrl: string,
  { turned = [], wiring = phases }: GarageOptions,
): Promise<GivenGarage> {
  const topic = `shellypro3em-${randomUUID().slice(0, 8)}`;
  let building: PhaseAmps = noAmps;
  let station: StationClient | undefined;
  const car = (): PhaseAmps => {
    const evse = station && findEvse(station.station, 1);
    return evse === undefined ? noAmps : onPhases(wiring, drawnAmps(evse));
  };
  const flowing = (): PhaseAmps => addAmps(building, car());
  const meter = new MeterPublisher({
    broker: { url: brokerUrl },
    clientId: topic,
    meters: [{ circuit: circuitId('grid'), topic, preset: 'shelly-gen2-3em', periodMs: 500 }],
    read: () => {
      const [l1, l2, l3] = flowing();
      const told = (phase: Phase, amps: number): number => (turned.includes(phase) ? -amps : amps);
      return [told(0, l1), told(1, l2), told(2, l3)];
    },
    phaseVolts,
    clock,
    log,
  });
  await meter.start();
  return {
    topic,
    flowing,
    switchOn: (amps) => {
      building = amps;
    },
    connect: (url, password) => {
      station = givenStation(url, password, wiring.length);
      station.start();
    },
    plugIn: (model) => station?.plugIn(1, model, 'driver'),
    unplug: () => void station?.unplug(1),
    async stop() {
      await station?.stop();
      await meter.stop();
    },
  };
}

/** `url` with its id at the end, as an installer reads it. */
function givenStation(url: string, password: string | undefined, conductorCount: number): StationClient {
  const at = url.lastIndexOf('/');
  const { meterIntervalS, ...timing } = realTimeStations;
  return new StationClient({
    ...timing,
    model: {
      stationId: decodeURIComponent(url.slice(at + 1)),
      vendor: 'Lastvakt',
      model: 'Simulated',
      phaseVolts,
      evses: [{ number: 1, conductorCount, maxAmps: 32 }],
      firmware: v16.firmware,
      settings: { meterIntervalS, heartbeatIntervalS: 300, measurands },
    },
    codec: v16,
    url: url.slice(0, at),
    password,
    clock,
    random: createRandom(1),
    log,
  });
}
