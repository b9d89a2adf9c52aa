import { WebSocket } from 'ws';
import { pause, wallMs } from './benchStation.ts';
import { quantile } from './figures.ts';

// The other process of the OCPP bench: everything that stations do, on command. It sends what it measured.

export type LoadCommand =
  /** Some stations call again as soon as they are answered. */
  | { readonly do: 'ping-pong'; readonly url: string; readonly sockets: number; readonly seconds: number }
  | { readonly do: 'connect'; readonly url: string; readonly stations: number; readonly charging: number }
  | { readonly do: 'meter'; readonly seconds: number }
  /** Every connection breaks at the same moment, and every station comes back at once. */
  | { readonly do: 'storm' }
  | { readonly do: 'await cut'; readonly belowAmps: number };

export interface LoadResult {
  readonly calls: number;
  readonly answerP99Ms: number;
  /** On the clock that all processes share. */
  readonly lastAtMs: number;
}

/** 1.6, 9 samples, 1.3 kB: what a three-phase station sends. */
const meterValues = (timestamp: string) => ({
  connectorId: 1,
  meterValue: [
    {
      timestamp,
      sampledValue: [
        ...['L1', 'L2', 'L3'].map((phase) => sample('Current.Import', '15.9', 'A', phase)),
        ...['L1', 'L2', 'L3'].map((phase) => sample('Voltage', '231.2', 'V', phase)),
        sample('Power.Active.Import', '11012.4', 'W'),
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

let answerTimesMs: number[] = [];
/** Of the last profile that each charging station acknowledged. */
const limits = new Map<number, { readonly amps: number; readonly atMs: number }>();

/** One station for as long as the bench runs. */
class LoadStation {
  readonly #url: string;
  readonly #index: number;
  readonly #isCharging: boolean;
  #socket: WebSocket | undefined;
  #sent = 0;
  readonly #waiting = new Map<string, { readonly sentAtMs: number; resolve(): void }>();
  #onBooted: () => void = () => undefined;

  constructor(url: string, index: number, isCharging: boolean) {
    this.#url = `${url}/S${index}`;
    this.#index = index;
    this.#isCharging = isCharging;
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
    return this.#call('MeterValues', meterValues(new Date().toISOString()));
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
    const status = this.#isCharging ? 'Charging' : 'Available';
    await this.#call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status });
    if (!this.#isCharging || !isFirst) return;
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
    limits.set(this.#index, { amps, atMs: wallMs() });
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
      return pingPong(command);
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
    case 'await cut': {
      const isCut = () => [...limits.values()].every(({ amps }) => amps < command.belowAmps);
      while (!isCut()) await pause(20);
      return { ...measured(), lastAtMs: Math.max(...[...limits.values()].map(({ atMs }) => atMs)) };
    }
    default:
      return command satisfies never;
  }
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

async function pingPong({
  url,
  sockets,
  seconds,
}: Extract<LoadCommand, { do: 'ping-pong' }>): Promise<LoadResult> {
  const payload = JSON.stringify(meterValues(new Date().toISOString()));
  let calls = 0;
  const open = await Promise.all(
    Array.from({ length: sockets }, async (_, index) => {
      const socket = new WebSocket(`${url}/P${index}`, 'ocpp1.6');
      await new Promise((resolve, reject) => socket.on('open', resolve).on('error', reject));
      const send = (): void => socket.send(`[2,"${index}-${calls}","MeterValues",${payload}]`);
      socket.on('message', (data) => {
        if (data.toString().startsWith('[3')) calls += 1;
        send();
      });
      send();
      return socket;
    }),
  );
  await pause(seconds * 1000);
  for (const socket of open) socket.terminate();
  return { calls, answerP99Ms: 0, lastAtMs: wallMs() };
}

process.on('message', (command: LoadCommand) => {
  void run(command).then((result) => process.send?.(result));
});
