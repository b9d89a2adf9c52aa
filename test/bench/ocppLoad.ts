import { WebSocket } from 'ws';
import { pause, wallMs } from './benchStation.ts';
import { quantile } from './figures.ts';
import { type PingPong, pingPong } from './ocppPingPong.ts';

// The other process of the OCPP bench: everything that stations do, on command. It sends what it measured.

export type LoadCommand =
  | ({ readonly do: 'ping-pong' } & PingPong)
  | { readonly do: 'connect'; readonly url: string; readonly stations: number; readonly charging: number }
  | { readonly do: 'meter'; readonly seconds: number }
  /** Every connection breaks at the same moment, and every station comes back at once. */
  | { readonly do: 'storm' }
  /** Until every car that charges has less than that. Refused where one has less already. */
  | { readonly do: 'await cut'; readonly belowAmps: number };

export interface LoadResult {
  readonly calls: number;
  readonly answerP99Ms: number;
  /** On the clock that all processes share. */
  readonly lastAtMs: number;
}

/** 1.6, 9 samples, 1.3 kB: what a three-phase station sends. */
const meterValues = (timestamp: string, drawAmps: number) => ({
  connectorId: 1,
  meterValue: [
    {
      timestamp,
      sampledValue: [
        ...['L1', 'L2', 'L3'].map((phase) => sample('Current.Import', drawAmps.toFixed(1), 'A', phase)),
        ...['L1', 'L2', 'L3'].map((phase) => sample('Voltage', '231.2', 'V', phase)),
        sample('Power.Active.Import', (3 * 231.2 * drawAmps).toFixed(1), 'W'),
        sample('Energy.Active.Import.Register', '1234567', 'Wh'),
        sample('Current.Offered', '16', 'A'),
      ],
    },
  ],
});

const sample = (measurand: string, value: string, unit: string, phase?: string) => ({
  value,
  context: 'Sample.Periodic',
  format: 'Raw',
  measurand,
  location: 'Outlet',
  unit,
  ...(phase !== undefined && { phase }),
});

/** A refused or broken connection is tried again after a random part of this. */
const retryMs = 2_000;
const meterIntervalMs = 30_000;

/** What a car takes where it may. */
const carAmps = 15.9;
let answerTimesMs: number[] = [];

/** One station for as long as the bench runs. Its car, if it has one, takes what it may and no more. */
class LoadStation {
  readonly #url: string;
  readonly isCharging: boolean;
  /** Of the last profile of its transaction that it acknowledged. */
  limit: { readonly amps: number; readonly atMs: number } | undefined;
  #socket: WebSocket | undefined;
  #sent = 0;
  readonly #waiting = new Map<string, { readonly sentAtMs: number; resolve(): void }>();
  #onBooted: () => void = () => undefined;

  constructor(url: string, index: number, isCharging: boolean) {
    this.#url = `${url}/S${index}`;
    this.isCharging = isCharging;
  }

  /** Resolves when it is booted, however often it has to try. */
  connect(): Promise<void> {
    return new Promise((resolve) => {
      this.#onBooted = resolve;
      this.#open();
    });
  }

  break(): void {
    this.#waiting.clear();
    this.#socket?.removeAllListeners('close').terminate();
  }

  /** Resolves when it is answered. */
  meter(): Promise<void> {
    const drawAmps = this.isCharging ? Math.min(carAmps, this.limit?.amps ?? 0) : 0;
    return this.#call('MeterValues', meterValues(new Date().toISOString(), drawAmps));
  }

  #open(): void {
    const socket = new WebSocket(this.#url, 'ocpp1.6');
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.on('close', () => setTimeout(() => this.#open(), Math.random() * retryMs));
    socket.on('open', () => void this.#boot());
    socket.on('message', (data) => this.#receive(JSON.parse(data.toString())));
  }

  async #boot(): Promise<void> {
    const isFirst = this.#sent === 0;
    await this.#call('BootNotification', { chargePointVendor: 'Bench', chargePointModel: 'Bench' });
    this.#onBooted();
    const status = this.isCharging ? 'Charging' : 'Available';
    await this.#call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status });
    if (!this.isCharging || !isFirst) return;
    const timestamp = new Date().toISOString();
    await this.#call('StartTransaction', { connectorId: 1, idTag: 'T', meterStart: 0, timestamp });
  }

  #call(action: string, payload: object): Promise<void> {
    this.#sent += 1;
    const messageId = String(this.#sent);
    return new Promise((resolve) => {
      this.#waiting.set(messageId, { sentAtMs: wallMs(), resolve });
      this.#socket?.send(JSON.stringify([2, messageId, action, payload]), () => undefined);
    });
  }

  #receive([type, messageId, action, payload]: [number, string, string, CalledWith]): void {
    if (type !== 2) {
      const call = this.#waiting.get(messageId);
      this.#waiting.delete(messageId);
      if (call === undefined) return;
      answerTimesMs.push(wallMs() - call.sentAtMs);
      call.resolve();
      return;
    }
    this.#socket?.send(JSON.stringify([3, messageId, { status: 'Accepted' }]));
    const profile = payload.csChargingProfiles;
    if (action !== 'SetChargingProfile' || profile?.chargingProfilePurpose !== 'TxProfile') return;
    const amps = profile.chargingSchedule.chargingSchedulePeriod[0]?.limit ?? 0;
    this.limit = { amps, atMs: wallMs() };
  }
}

interface CalledWith {
  readonly csChargingProfiles?: {
    readonly chargingProfilePurpose: string;
    readonly chargingSchedule: { readonly chargingSchedulePeriod: readonly { readonly limit: number }[] };
  };
}

let stations: readonly LoadStation[] = [];

async function run(command: LoadCommand): Promise<LoadResult> {
  answerTimesMs = [];
  switch (command.do) {
    case 'ping-pong':
      return {
        calls: await pingPong(command, 'MeterValues', meterValues(new Date().toISOString(), carAmps)),
        answerP99Ms: 0,
        lastAtMs: wallMs(),
      };
    case 'connect':
      stations = Array.from(
        { length: command.stations },
        (_, index) => new LoadStation(command.url, index, index < command.charging),
      );
      await Promise.all(stations.map((station) => station.connect()));
      return measured();
    case 'meter':
      await meterFor(command.seconds * 1000);
      return measured();
    case 'storm':
      for (const station of stations) station.break();
      await Promise.all(stations.map((station) => station.connect()));
      return measured();
    case 'await cut':
      return { ...measured(), lastAtMs: await lastCut(command.belowAmps) };
    default:
      return command satisfies never;
  }
}

async function lastCut(belowAmps: number): Promise<number> {
  const charging = stations.filter(({ isCharging }) => isCharging);
  const isCut = ({ limit }: LoadStation): boolean => limit !== undefined && limit.amps < belowAmps;
  const early = charging.filter((station) => station.limit === undefined || isCut(station)).length;
  if (early > 0) throw new Error(`${early} cars had not their share before the cut`);
  while (!charging.every(isCut)) await pause(20);
  return Math.max(...charging.map(({ limit }) => limit?.atMs ?? 0));
}

const measured = (): LoadResult => ({
  calls: answerTimesMs.length,
  answerP99Ms: quantile(answerTimesMs, 0.99),
  lastAtMs: wallMs(),
});

/** Every station tells its meter values once in each interval, spread evenly over it. */
async function meterFor(durationMs: number): Promise<void> {
  const beganAtMs = wallMs();
  const perMs = stations.length / meterIntervalMs;
  let told = 0;
  while (wallMs() - beganAtMs < durationMs) {
    const due = Math.floor((wallMs() - beganAtMs) * perMs);
    for (; told < due; told += 1) void stations[told % stations.length]?.meter();
    await pause(5);
  }
}

process.on('message', (command: LoadCommand) => {
  void run(command).then((result) => process.send?.(result));
});
