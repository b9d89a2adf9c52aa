import { EventEmitter } from 'node:events';
import { pino } from 'pino';
import { createAllocator } from '../../solver/allocate.ts';
import { joinControl } from '../../src/app/control.ts';
import type { Control } from '../../src/control/snapshot.ts';
import { type EvseId, evseId, type StationId, stationId } from '../../src/domain/ids.ts';
import type { Evse, Site } from '../../src/domain/site.ts';
import { answer } from '../../src/domain/token.ts';
import type { StationSocket } from '../../src/ocpp/stationSocket.ts';
import { Stations, type StationsOptions } from '../../src/ocpp/stations.ts';
import { dialect16 } from '../../src/ocpp/v16/dialect.ts';
import { dialect201 } from '../../src/ocpp/v201/dialect.ts';
import type { ProfilePurpose } from '../../src/sim/chargingProfiles.ts';
import type { DeviceQuirk } from '../../src/sim/deviceQuirks.ts';
import type { Quirks } from '../../src/sim/quirks.ts';
import { plugIn, stepStation, unplug } from '../../src/sim/station.ts';
import type { StationCodec } from '../../src/sim/stationCodec.ts';
import { connected, disconnected, nextNotice, replied } from '../../src/sim/stationLink.ts';
import {
  createStation,
  drawnAmps,
  findEvse,
  type Notice,
  quirksOf,
  type Station,
} from '../../src/sim/stationState.ts';
import { v16 } from '../../src/sim/v16.ts';
import { v201 } from '../../src/sim/v201.ts';
import { carModel, stationModel } from '../sim/givenStation.ts';
import { VirtualClock } from '../virtualClock.ts';
import { loopOptions } from './world.ts';

const options: StationsOptions = {
  heartbeatIntervalS: 300,
  meterIntervalS: 10,
  duplicateCheckMs: 3_000,
  maxStations: 10,
  introductionDelayMs: 5_000,
  idleGraceMs: 120_000,
  bootGraceMs: 600_000,
  callTimeoutMs: 30_000,
  pingIntervalMs: 30_000,
  maxWaitingCalls: 64,
  maxUnansweredCalls: 32,
  maxBadFrames: 16,
  maxBufferedBytes: 1_000_000,
  maxLogBytes: 0,
  maxStationLogBytes: 0,
  frameBurst: 1_000,
  framesPerSecond: 1_000,
};

/** One end of a socket without a network. */
class PairedSocket extends EventEmitter {
  readonly bufferedAmount = 0;
  readonly #toStation: (text: string) => void;

  constructor(toStation: (text: string) => void) {
    super();
    this.#toStation = toStation;
  }

  sendText(message: Buffer): void {
    this.#toStation(message.toString());
  }
  ping(): void {
    this.emit('pong');
  }
  close(): void {
    this.emit('close', 1000);
  }
  terminate(): void {
    this.emit('close', 1006);
  }
}

interface Device {
  readonly id: StationId;
  readonly codec: StationCodec;
  station: Station;
  socket: PairedSocket | undefined;
  pending: { readonly messageId: string; readonly notice: Notice } | undefined;
  isRestarting: boolean;
}

const stepMs = 250;

/**
 * Simulated devices with their misbehaviour, under the real control and the real OCPP side, every frame of both sides
 * through JSON. Time is virtual; the network takes no time.
 */
export class DeviceWorld {
  readonly clock = new VirtualClock();
  readonly control: Control;
  readonly logged: Record<string, unknown>[] = [];
  /** Of all devices together. */
  restarts = 0;
  readonly #devices: readonly Device[];
  readonly #stations: Stations;
  readonly #site: Site;
  #messages = 0;
  #worstAmps = 0;

  constructor(site: Site, quirks: Readonly<Record<string, DeviceQuirk>>, version: '1.6' | '2.0.1' = '1.6') {
    this.#site = site;
    const log = pino({ level: 'info' }, { write: (line: string) => this.logged.push(JSON.parse(line)) });
    const codec = version === '1.6' ? v16 : v201;
    this.#devices = [...new Set(site.evses.map(({ station }) => station))].map((id) => {
      const quirk = quirks[id];
      const model = stationModel({
        stationId: id,
        evses: site.evses
          .filter(({ station }) => station === id)
          .map(({ number, wiring, maxAmps }) => ({ number, conductorCount: wiring.length, maxAmps })),
        firmware: { ...codec.firmware, ...quirk?.firmware },
        ...(quirk !== undefined && { quirks: quirk.quirks }),
      });
      const station = createStation(model, this.clock.nowMs());
      return { id, codec, station, socket: undefined, pending: undefined, isRestarting: false };
    });
    const transactions = new Map<string, number>();
    this.control = joinControl({
      sites: [site],
      areas: [],
      connections: [],
      options: loopOptions,
      epoch: 1,
      remembered: [],
      ports: {
        clock: this.clock,
        stopwatchMs: () => this.clock.monotonicMs(),
        log,
        onSession: () => {},
        onStation: () => {},
        onInterrupted: () => {},
        onStanding: () => {},
        link: { send: (command) => this.#stations.send(command) },
        allocate: createAllocator(),
        onTick: () => {},
        onBroken: (error) => {
          throw error;
        },
      },
    });
    const { state } = this.control;
    this.#stations = new Stations(options, {
      clock: this.clock,
      log,
      onEvent: (event) => state.applyStationEvent(event),
      onAnswer: (answer) => state.applyAnswer(answer),
      authorize: async () => answer('accepted'),
      transactionNumber: async (start) => {
        const key = JSON.stringify(start);
        transactions.set(key, transactions.get(key) ?? transactions.size + 1);
        return transactions.get(key) ?? 0;
      },
      takeFacts: async () => {},
      resumed: () => [],
    });
    this.control.loop.start();
    for (const device of this.#devices) this.connect(device.id);
  }

  /** The line breaks, and is back after so many seconds. */
  async breakLine(id: string, seconds: number): Promise<void> {
    const device = this.#device(id);
    device.pending = undefined;
    const { socket } = device;
    device.socket = undefined;
    device.station = disconnected(stepStation(device.station, this.clock.monotonicMs()));
    socket?.terminate();
    await this.run(seconds);
    this.connect(id);
  }

  connect(id: string): void {
    const device = this.#device(id);
    const socket = new PairedSocket((text) => this.#fromServer(device, text));
    device.socket = socket;
    const dialect = device.codec === v16 ? dialect16 : dialect201;
    // Of a socket no more is used than this has.
    this.#stations.connected(stationId(id), socket as unknown as StationSocket, {
      dialect,
      address: '127.0.0.1',
      authorization: undefined,
    });
    device.station = connected(stepStation(device.station, this.clock.monotonicMs()));
  }

  /** From now on it behaves so, whatever it did before. */
  become(id: string, quirks: Quirks): void {
    const device = this.#device(id);
    device.station = { ...device.station, model: { ...device.station.model, quirks } };
  }

  /** What it is told by, of one kind of profile. */
  profiles(id: string, purpose: ProfilePurpose): number {
    return this.#device(id).station.profiles.filter((profile) => profile.purpose === purpose).length;
  }

  plugIn(id: string, maxAmps = 32): void {
    const evse = this.#evse(id);
    const device = this.#device(evse.station);
    const car = carModel({ maxAmps, needWh: 100_000 });
    device.station = plugIn(device.station, evse.number, car, 'TAG');
  }

  unplug(id: string): void {
    const evse = this.#evse(id);
    const device = this.#device(evse.station);
    device.station = unplug(device.station, evse.number);
  }

  async run(seconds: number): Promise<this> {
    for (let passedMs = 0; passedMs < seconds * 1000; passedMs += stepMs) {
      this.clock.advance(stepMs);
      for (const device of this.#devices) {
        device.station = stepStation(device.station, this.clock.monotonicMs());
        this.#followRestart(device);
        this.#sendNext(device);
      }
      // What was sent is answered in turns of the event loop, not in time.
      for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      this.#worstAmps = Math.max(this.#worstAmps, this.totalAmps);
    }
    return this;
  }

  /** What flows through the grid connection on the fullest phase; every EVSE of these sites has all three. */
  get totalAmps(): number {
    return this.#site.evses.reduce((sum, { id }) => sum + this.drawAmps(id), 0);
  }

  /** The most since this was asked last. */
  worstAmps(): number {
    const worst = this.#worstAmps;
    this.#worstAmps = 0;
    return worst;
  }

  drawAmps(id: string): number {
    const evse = this.#evse(id);
    const state = findEvse(this.#device(evse.station).station, evse.number);
    return state === undefined ? 0 : Math.max(...drawnAmps(state));
  }

  told(message: string): readonly Record<string, unknown>[] {
    return this.logged.filter(({ msg }) => msg === message);
  }

  traits(id: string) {
    return this.control.state.evse(evseId(id)).traits;
  }

  /** A device that restarts drops its line, and dials again when it is up. */
  #followRestart(device: Device): void {
    const isRestarting = device.station.link === 'restarting';
    if (isRestarting && device.socket !== undefined) {
      device.pending = undefined;
      const { socket } = device;
      device.socket = undefined;
      device.station = disconnected(device.station);
      device.isRestarting = true;
      this.restarts += 1;
      socket.terminate();
    }
    if (isRestarting || !device.isRestarting) return;
    device.isRestarting = false;
    this.connect(device.id);
  }

  #sendNext(device: Device): void {
    if (device.pending !== undefined) return;
    for (let notice = nextNotice(device.station); notice !== undefined; notice = nextNotice(device.station)) {
      const call = device.codec.encode(device.station, notice);
      if (call === undefined) {
        device.station = replied(device.station, notice, { kind: 'done' });
        continue;
      }
      this.#messages += 1;
      const messageId = `m${this.#messages}`;
      device.pending = { messageId, notice };
      this.#toServer(device, [2, messageId, call.action, call.payload]);
      return;
    }
  }

  #fromServer(device: Device, text: string): void {
    const [type, messageId, third, fourth] = JSON.parse(text);
    if (type === 2) {
      const { answerDelayMs = 0 } = quirksOf(device.station);
      const answer = (): void => {
        const handled = device.codec.handle(device.station, { action: third, payload: fourth });
        device.station = handled.station;
        const { answer: said } = handled;
        this.#toServer(
          device,
          said.kind === 'result'
            ? [3, messageId, said.payload]
            : [4, messageId, said.code, said.description, {}],
        );
      };
      if (answerDelayMs === 0) setImmediate(answer);
      else this.clock.after(answerDelayMs, answer);
      return;
    }
    if (device.pending === undefined || device.pending.messageId !== messageId) return;
    const { notice } = device.pending;
    device.pending = undefined;
    const reply = type === 3 ? device.codec.decodeReply(notice, third) : ({ kind: 'done' } as const);
    device.station = replied(device.station, notice, reply);
    this.#sendNext(device);
  }

  #toServer(device: Device, frame: readonly unknown[]): void {
    device.socket?.emit('message', Buffer.from(JSON.stringify(frame)), false);
  }

  #device(id: string): Device {
    const found = this.#devices.find((device) => device.id === id);
    if (found === undefined) throw new Error(`no device ${id}`);
    return found;
  }

  #evse(id: string): Evse {
    const found = this.#site.evses.find((evse) => evse.id === (id as EvseId));
    if (found === undefined) throw new Error(`no EVSE ${id}`);
    return found;
  }
}
