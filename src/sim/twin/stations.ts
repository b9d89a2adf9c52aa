import type { CommandAnswer, StationCommand } from '../../control/ports.ts';
import type { StationId } from '../../domain/ids.ts';
import type { Evse } from '../../domain/site.ts';
import type { CarModel } from '../car.ts';
import type { DeviceQuirk } from '../deviceQuirks.ts';
import { createRandom, streamSeed } from '../random.ts';
import { plugIn, settle, stepStation, unplug } from '../station.ts';
import type { StationCodec } from '../stationCodec.ts';
import { connected, disconnected, nextNotice, type Reply, replied } from '../stationLink.ts';
import { findEvse, type Notice } from '../stationState.ts';
import { v16 } from '../v16.ts';
import { v21, v201 } from '../v201.ts';
import type { Cause } from './exposureCheck.ts';
import type { News, TwinEar, TwinJoints, TwinPlace, TwinService } from './ports.ts';
import { breakWord, forgetClock, isClockUntold, noteClock, obey, setClock, withDraw } from './stationWord.ts';
import type { TwinStore } from './store.ts';
import { commandLine } from './trace.ts';
import type { TwinClock, TwinProcess } from './twinClock.ts';
import {
  effectAmps,
  isAboveItsWord,
  isOutOfReach,
  type Line,
  newTwinStation,
  type OnTheWay,
  type TwinStation,
} from './twinStation.ts';

export interface TwinStationsInput {
  readonly place: TwinPlace;
  readonly clock: TwinClock;
  readonly seed: number;
  readonly joints: TwinJoints;
  readonly store: TwinStore;
  trace(line: string): void;
  /** The process may die here. */
  onPoint(): void;
  /** What may be in force at a station may have changed. */
  onChange(station: TwinStation, cause: Cause): void;
  /** Time has passed at all of them. */
  onStepped(): void;
}

interface Server {
  readonly service: TwinService;
  readonly process: TwinProcess;
  readonly ears: ReadonlyMap<StationId, TwinEar>;
}

/** Stations of every version stand side by side. */
const codecs: readonly StationCodec[] = [v16, v201, v21];
/** A station that is slow answers after this. */
const slowMs = 28_000;
/** How soon a station tries to connect again. */
const reconnectMs = [1_000, 8_000] as const;
/** A socket on which nothing gets through is given up by then. */
const pingTimeoutMs = 45_000;

/** Every station of the world and its socket to the service: where commands are lost, late, refused and ignored. */
export class TwinStations {
  readonly all: readonly TwinStation[];
  readonly #input: TwinStationsInput;
  readonly #byId: ReadonlyMap<StationId, TwinStation>;
  #server: Server | undefined;

  constructor(input: TwinStationsInput) {
    this.#input = input;
    const { place, seed, clock } = input;
    this.all = place.sites.flatMap((site) => {
      const ids = [...new Set(site.evses.map(({ station }) => station))];
      return ids.map((id, index) =>
        newTwinStation({
          id,
          site,
          codec: codecs[index % codecs.length] ?? v16,
          random: createRandom(streamSeed(seed, id)),
          meterIntervalS: place.meterIntervalS,
          nowMs: clock.nowMs,
        }),
      );
    });
    this.#byId = new Map(this.all.map((twin) => [twin.id, twin]));
  }

  of(evse: Evse): TwinStation {
    const found = this.#byId.get(evse.station);
    if (found === undefined) throw new Error(`the twin has no station ${evse.station}`);
    return found;
  }

  /** Another process listens: every station comes to it in its own time. */
  talkTo(service: TwinService, process: TwinProcess): void {
    const { joints, store } = this.#input;
    const ears = this.all.map(({ id, codec, station }): [StationId, TwinEar] => [
      id,
      joints.createEar(codec.subprotocol, {
        stationId: id,
        process,
        heartbeatIntervalS: station.settings.heartbeatIntervalS,
        transactionNumber: (start) => store.transactionNumber(`${id} ${start}`),
      }),
    ]);
    this.#server = { service, process, ears: new Map(ears) };
    for (const twin of this.all) {
      // A clock that is right is what everybody takes it for.
      if (twin.clockAheadMs !== 0) forgetClock(twin);
      this.#connectSoon(twin);
    }
  }

  /** The process is gone, and every socket with it. */
  serverDied(): void {
    this.#server = undefined;
    for (const twin of this.all) this.#close(twin, 'at once');
  }

  // --- cars ----------------------------------------------------------------------------------------

  plugIn(evse: Evse, car: CarModel, token: string): void {
    const twin = this.of(evse);
    if (findEvse(twin.station, evse.number)?.car !== undefined) return;
    this.#step(twin);
    twin.station = plugIn(twin.station, evse.number, car, token);
    this.#input.trace(`car at ${evse.id}`);
    this.#changed(twin, 'step');
  }

  unplug(evse: Evse): void {
    const twin = this.of(evse);
    this.#step(twin);
    const key = findEvse(twin.station, evse.number)?.transaction?.key;
    twin.station = unplug(twin.station, evse.number);
    if (twin.promised !== undefined && key !== undefined)
      twin.promised = twin.promised.filter(({ transactionKey }) => transactionKey !== key);
    this.#input.trace(`car left ${evse.id}`);
    this.#changed(twin, 'by itself');
  }

  /** Lets current flow up to now. */
  step(): void {
    for (const twin of this.all) this.#step(twin);
    // All have moved to the same instant before anything is judged.
    this.#input.onStepped();
    for (const twin of this.all) this.#tell(twin);
  }

  #step(twin: TwinStation): void {
    const nowMs = this.#input.clock.nowMs + twin.clockAheadMs;
    const { station } = twin;
    const isIdle = station.link !== 'restarting' && station.evses.every(({ car }) => car === undefined);
    twin.station = isIdle ? { ...station, nowMs } : stepStation(station, nowMs);
    if (twin.drawFactor > 1 && !isIdle) twin.disobeyedAtMs = this.#input.clock.nowMs;
    if (isOutOfReach(twin)) twin.outOfReachAtMs = this.#input.clock.nowMs;
    if (isAboveItsWord(twin)) twin.disobeyedAtMs = this.#input.clock.nowMs;
    if (station.link === 'restarting' && twin.station.link === 'offline') this.#connectSoon(twin);
  }

  #changed(twin: TwinStation, cause: Cause): void {
    this.#input.onChange(twin, cause);
    this.#tell(twin);
  }

  // --- sockets -------------------------------------------------------------------------------------

  #between(twin: TwinStation, [min, max]: readonly [number, number]): number {
    return Math.round(min + twin.random() * (max - min));
  }

  #latencyMs(twin: TwinStation): number {
    return this.#between(twin, [20, 120]);
  }

  #connectSoon(twin: TwinStation): void {
    this.#input.clock.after(this.#between(twin, reconnectMs), () => this.#connect(twin));
  }

  #connect(twin: TwinStation): void {
    const server = this.#server;
    if (server === undefined || twin.isAway || twin.line !== undefined || twin.station.link !== 'offline')
      return;
    if (server.process.condition !== 'runs') {
      this.#connectSoon(twin);
      return;
    }
    this.#open(twin, server);
    twin.station = connected(twin.station);
    this.#changed(twin, 'by itself');
  }

  #open(twin: TwinStation, { process, service }: Server): void {
    const line: Line = { isHalfOpen: false, isClosed: false };
    twin.line = line;
    process.run(() => {
      this.#notify(twin, service, { kind: 'connected', protocol: twin.codec.subprotocol });
      if (twin.line !== line) return;
      twin.isToldOnline = true;
      this.#input.onChange(twin, 'by itself');
    });
  }

  /** A second socket while the first is open, as after a change of network: the service drops the first. */
  connectTwice(twin: TwinStation): void {
    const server = this.#server;
    if (server === undefined || twin.line === undefined || server.process.condition !== 'runs') return;
    this.#forget(twin, twin.line);
    this.#open(twin, server);
    twin.isTelling = false;
    twin.station = connected(disconnected(twin.station));
    this.#changed(twin, 'by itself');
  }

  /** No network. `half open`: for a while nobody notices. */
  cut(twin: TwinStation, how: 'at once' | 'half open'): void {
    twin.isAway = true;
    this.#close(twin, how);
  }

  /** No power, for as long as it is away. What it was told may be gone when it is back; the car waits for it. */
  reboot(twin: TwinStation, keeps: 'profiles' | 'nothing'): void {
    this.#step(twin);
    twin.isAway = true;
    this.#close(twin, 'at once');
    twin.station = settle({
      ...twin.station,
      link: 'restarting',
      isRegistered: false,
      waitsUntilMs: Number.POSITIVE_INFINITY,
    });
    if (keeps === 'nothing') breakWord(twin, []);
    this.#changed(twin, 'by itself');
  }

  /** Another controller, its maker's cloud or an app, takes away what it was told. */
  clear(twin: TwinStation): void {
    this.#step(twin);
    breakWord(twin, []);
    this.#changed(twin, 'by itself');
  }

  /** Power and network are back. */
  restore(twin: TwinStation): void {
    twin.isAway = false;
    if (twin.station.link === 'restarting')
      twin.station = { ...twin.station, waitsUntilMs: twin.station.nowMs };
    else if (twin.line === undefined) this.#connectSoon(twin);
  }

  /** From now on it is a device with this quirk; one that does not keep its word is judged by it all the same. */
  update(twin: TwinStation, { quirks, firmware }: DeviceQuirk, keepsItsWord: boolean): void {
    this.#step(twin);
    const { model } = twin;
    if (!keepsItsWord) {
      twin.promised ??= twin.station.profiles;
      twin.manner = 'quirky';
    }
    const updated = { ...model, quirks, firmware: { ...model.firmware, ...firmware } };
    twin.station = settle({ ...twin.station, model: updated });
    this.#changed(twin, 'by itself');
  }

  /** Its maker sent another firmware, which is in force after a restart: until then it has no power. */
  mend(twin: TwinStation): void {
    twin.manner = 'obeys';
    twin.releases += 1;
    twin.model = { ...twin.model, firmwareVersion: `1.${twin.releases}` };
    twin.station = settle({ ...twin.station, model: twin.model });
    this.reboot(twin, 'profiles');
  }

  setClockAhead(twin: TwinStation, aheadMs: number): void {
    this.#step(twin);
    setClock(twin, aheadMs);
    this.#changed(twin, 'by itself');
  }

  #close(twin: TwinStation, how: 'at once' | 'half open'): void {
    const { line } = twin;
    if (line === undefined) {
      if (this.#server === undefined) this.#toldOffline(twin);
      return;
    }
    twin.isTelling = false;
    if (how === 'half open') {
      line.isHalfOpen = true;
      this.#input.clock.after(pingTimeoutMs, () => {
        if (twin.line === line) this.#close(twin, 'at once');
      });
      return;
    }
    this.#forget(twin, line);
    twin.line = undefined;
    twin.station = disconnected(twin.station);
    const server = this.#server;
    if (server === undefined) {
      this.#toldOffline(twin);
      return;
    }
    server.process.run(() => {
      this.#toldOffline(twin);
      this.#notify(twin, server.service, { kind: 'disconnected' });
    });
    if (!twin.isAway) this.#connectSoon(twin);
  }

  #toldOffline(twin: TwinStation): void {
    twin.isToldOnline = false;
    this.#input.onChange(twin, 'step');
  }

  /** What was on a line that closes: half of it still arrives, and no answer comes back. */
  #forget(twin: TwinStation, line: Line): void {
    line.isClosed = true;
    for (const way of twin.onTheWay) {
      if (way.line === line) this.#answer(way, 'timed-out');
    }
  }

  // --- commands ------------------------------------------------------------------------------------

  /** The service's way to the stations. `nowMs` is its even clock as it writes the command. */
  send(command: StationCommand, nowMs: number): void {
    const twin = this.#byId.get(command.stationId);
    if (twin === undefined) return;
    this.#input.trace(commandLine(command));
    const { line } = twin;
    const { clock, place } = this.#input;
    const ear = this.#server?.ears.get(twin.id);
    if (ear === undefined) return;
    const call = ear.call(command, nowMs + ear.clockAheadMs);
    const meant = isClockUntold(twin) ? ear.call(command, nowMs + twin.clockAheadMs) : call;
    const way: OnTheWay = {
      command,
      call,
      meant,
      amps: effectAmps(twin, command.evseNumber, meant),
      line: line ?? { isHalfOpen: false, isClosed: true },
      isOver: line === undefined,
      isAnswered: false,
    };
    twin.onTheWay = [...twin.onTheWay.filter(({ isOver, isAnswered }) => !isOver || !isAnswered), way];
    if (line === undefined) {
      clock.after(0, () => this.#answer(way, 'unsent'));
      return;
    }
    this.#input.onChange(twin, 'sent');
    clock.after(place.callTimeoutMs, () => this.#answer(way, 'timed-out'));
    clock.after(this.#latencyMs(twin), () => {
      if (twin.manner !== 'slow') this.#arrive(twin, way);
      else clock.after(Math.round(slowMs * (0.8 + 0.4 * twin.random())), () => this.#arrive(twin, way));
    });
  }

  #arrive(twin: TwinStation, way: OnTheWay): void {
    const isLost = way.line.isHalfOpen || (way.line.isClosed && twin.random() < 0.5);
    way.isOver = true;
    if (isLost || twin.station.link === 'restarting') {
      this.#input.onChange(twin, 'by itself');
      return;
    }
    this.#step(twin);
    const isAccepted = obey(twin, way);
    this.#input.trace(`${twin.id} ${way.command.sequence} ${isAccepted ? 'accepted' : 'rejected'}`);
    this.#changed(twin, 'by itself');
    if (twin.manner === 'deaf') return;
    this.#input.clock.after(this.#latencyMs(twin), () =>
      this.#answer(way, isAccepted ? 'accepted' : 'rejected'),
    );
  }

  #answer(way: OnTheWay, outcome: CommandAnswer['outcome']): void {
    const isFromStation = outcome === 'accepted' || outcome === 'rejected';
    // The answer of a line that is gone reaches nobody.
    if (way.isAnswered || (isFromStation && (way.line.isHalfOpen || way.line.isClosed))) return;
    way.isAnswered = true;
    const server = this.#server;
    const { stationId, evseId, epoch, sequence } = way.command;
    server?.process.run(() => {
      this.#input.onPoint();
      server.service.applyAnswer({
        stationId,
        evseId,
        epoch,
        sequence,
        atMs: server.process.nowMs(),
        outcome,
        reason: outcome,
      });
      this.#input.onPoint();
    });
  }

  // --- news ----------------------------------------------------------------------------------------

  #tell(twin: TwinStation): void {
    const server = this.#server;
    const { line } = twin;
    if (server === undefined || line === undefined || line.isHalfOpen || twin.isTelling) return;
    const notice = nextNotice(twin.station);
    if (notice === undefined) return;
    twin.isTelling = true;
    this.#input.clock.after(this.#latencyMs(twin), () => {
      if (twin.line !== line || line.isHalfOpen) return;
      server.process.run(() => {
        if (twin.line === line) this.#hear(twin, line, notice, server);
      });
    });
  }

  /** The service answers what a station says, and makes of it what it means. */
  #hear(twin: TwinStation, line: Line, notice: Notice, server: Server): void {
    const { codec } = twin;
    const call = codec.encode(twin.station, withDraw(notice, twin.drawFactor));
    const ear = server.ears.get(twin.id);
    if (call === undefined || ear === undefined) {
      this.#replied(twin, notice, { kind: 'done' });
      return;
    }
    this.#input.clock.settles();
    void ear.answer(call).then(({ response, news }) => {
      if (twin.line !== line || this.#server !== server) return;
      noteClock(twin, notice, this.#input.clock.nowMs);
      for (const each of news()) this.#notify(twin, server.service, each);
      if ('transaction' in notice) twin.announced.add(notice.transaction.key);
      this.#replied(twin, notice, codec.decodeReply(notice, response));
    });
  }

  #replied(twin: TwinStation, notice: Notice, reply: Reply): void {
    twin.station = replied(twin.station, notice, reply);
    twin.isTelling = false;
    this.#changed(twin, notice.kind === 'started' ? 'step' : 'by itself');
  }

  #notify(twin: TwinStation, service: TwinService, news: News): void {
    this.#input.trace(`${twin.id} ${news.kind}`);
    service.applyStationEvent({ ...news, stationId: twin.id, atMs: this.#server?.process.nowMs() ?? 0 });
    this.#input.onPoint();
  }
}
