import type { GridConnection } from '../../../domain/gridConnection.ts';
import { type GridLimit, limitedNode } from '../../../domain/gridLimit.ts';
import { limitId } from '../../../domain/ids.ts';
import type { LimitTruth } from '../limitTruth.ts';
import type { GridWish, TwinGrid, TwinService } from '../ports.ts';
import type { TwinClock, TwinProcess } from '../twinClock.ts';
import { Silence } from './silence.ts';

export interface GridLineInput {
  readonly connection: GridConnection;
  /** What its target carries. */
  readonly fullWatts: number;
  readonly clock: TwinClock;
  readonly truth: LimitTruth;
  server(): { readonly service: Pick<TwinService, 'grid'>; readonly process: TwinProcess } | undefined;
  trace(line: string): void;
}

type Speak = (grid: TwinGrid, process: TwinProcess) => Promise<unknown> | undefined;

const beatMs = 20_000;
const weekMs = 7 * 86_400_000;
const againMs = 10_000;
const triesMax = 30;
/** One limit for each target is all that LPC knows. */
const onlyId = 'limit';

/**
 * A grid operator at the far end of its connection: what it wants, what it says of it and how, and which of it was
 * acknowledged. What it was promised goes into the truth, and so does its failsafe limit while it is silent.
 */
export class GridLine {
  readonly connection: GridConnection;
  readonly #input: GridLineInput;
  readonly #silence: Silence;
  readonly #wishes = new Map<string, GridWish>();
  /** As they were last acknowledged. */
  readonly #told = new Map<string, GridWish>();
  /** How many messages of a name are with a process that did not answer them yet. */
  readonly #underWay = new Map<string, number>();
  /** Said again soon: once, however many copies of it failed. */
  readonly #waiting = new Set<GridWish>();
  /** Of the processes, by number. */
  #life = 0;
  #count = 0;
  #wasSilent = true;
  /** Nothing gets through, in either direction. */
  isCut = false;
  /** It says nothing but limits. */
  isBeatless = false;
  delayMs = 0;
  /** How often everything arrives. */
  copies = 1;
  clockAheadMs = 0;

  constructor(input: GridLineInput) {
    this.#input = input;
    this.connection = input.connection;
    this.#silence = new Silence(input.connection);
    this.#beat();
  }

  get isWell(): boolean {
    return (
      !this.isCut && !this.isBeatless && this.delayMs === 0 && this.copies === 1 && this.clockAheadMs === 0
    );
  }

  /** Wants this share of what the target carries. `externalId`: in the place of what it wanted under that name. */
  want(share: number, fromMs: number, untilMs: number, externalId = this.#newId()): string {
    const { clock, fullWatts } = this.#input;
    const version = (this.#wishes.get(externalId)?.version ?? this.#told.get(externalId)?.version ?? 0) + 1;
    const watts = Math.round(fullWatts * share);
    const ahead = this.clockAheadMs;
    const validity = { fromMs: Math.round(fromMs + ahead), untilMs: Math.round(untilMs + ahead) };
    const wish = { externalId, version, watts, ...validity };
    this.#wishes.set(externalId, wish);
    this.#input.trace(`line ${this.connection.id} wants ${JSON.stringify(wish)}`);
    this.#say(wish, triesMax);
    clock.after(untilMs - clock.nowMs, () => {
      if (this.#wishes.get(externalId) === wish) this.#wishes.delete(externalId);
    });
    return externalId;
  }

  /** It wants it no longer: from here on nobody is held to it. */
  withdraw(externalId: string): void {
    this.#wishes.delete(externalId);
    this.#input.truth.end(this.#truthId(externalId));
    this.#input.trace(`line ${this.connection.id} withdraws ${externalId}`);
    if (this.#isPolled) return;
    const { id, profile } = this.connection;
    this.#deliver((grid) =>
      profile === 'lpc' ? grid.say(id, { isActive: false }) : grid.withdraw(id, externalId),
    );
  }

  /** Its last will. */
  leave(): void {
    this.#deliver((grid) => {
      grid.gone(this.connection.id);
      this.#silence.gone(this.#input.clock.nowMs);
      return undefined;
    });
  }

  /** Says something that no sender may say. */
  babble(body: object): void {
    this.#deliver((grid) => grid.say(this.connection.id, body));
  }

  serverDied(): void {
    this.#silence.restarted();
    this.#life += 1;
    this.#underWay.clear();
    for (const wish of this.#told.values()) this.#rely(wish);
  }

  serverStarted(wasClockSet: boolean): void {
    if (wasClockSet) this.#silence.countAnew(this.#input.clock.nowMs);
  }

  /** The failsafe limit goes into the truth and out of it. `wallMs` is the service's clock. */
  look(wallMs: number): void {
    const { truth, clock, trace, server } = this.#input;
    // What waits in the sockets of a process that stands still was said in time.
    if (server()?.process.condition === 'stopped') return;
    const isCovered = [...this.#told.values()].some(
      ({ fromMs, untilMs }) => fromMs <= wallMs && wallMs < untilMs,
    );
    this.#silence.look(clock.nowMs, isCovered);
    for (const [id, { untilMs }] of this.#told) if (untilMs < wallMs - 3_600_000) this.#told.delete(id);
    const { isSilent } = this.#silence;
    if (isSilent !== this.#wasSilent)
      trace(`line ${this.connection.id} ${isSilent ? 'counts as silent' : 'is heard again'}`);
    this.#wasSilent = isSilent;
    if (this.#silence.isHeld(clock.nowMs)) truth.set(this.#failsafe());
    else truth.end(this.#failsafe().id);
  }

  get #isPolled(): boolean {
    return this.connection.profile === 'openadr3';
  }

  #newId(): string {
    if (this.connection.profile === 'lpc') return onlyId;
    this.#count += 1;
    return `E${this.#count}`;
  }

  #beat(): void {
    const { clock } = this.#input;
    clock.after(beatMs, () => this.#beat());
    if (this.isBeatless) return;
    this.#deliver((grid, process) => {
      if (this.#isPolled) return this.#poll(grid);
      if (this.connection.profile === 'oscp') return this.#greet(grid, process.nowMs());
      grid.heartbeat(this.connection.id, undefined);
      this.#silence.heard('heartbeat', clock.nowMs);
      return undefined;
    });
  }

  /** Everything that it wants, as somebody who asks finds it. */
  async #poll(grid: TwinGrid): Promise<void> {
    const wishes = [...this.#wishes.values()];
    // It was heard whether that can be kept or not.
    this.#silence.heard('limit', this.#input.clock.nowMs);
    const outcomes = await this.#asking(wishes, () => grid.hearAll(this.connection.id, wishes));
    this.#silence.heard('everything', this.#input.clock.nowMs);
    const found = new Set(wishes.map(({ externalId }) => externalId));
    for (const id of this.#told.keys()) if (!found.has(id)) this.#forget(id);
    wishes.forEach((wish, index) => {
      if (outcomes[index] !== 'refused') this.#acknowledged(wish);
    });
  }

  /** A heartbeat, and after a silence what it wants with a handshake first. */
  async #greet(grid: TwinGrid, wallMs: number): Promise<void> {
    const { clock } = this.#input;
    const { id } = this.connection;
    if (!grid.isInTouch(id)) {
      for (const wish of this.#wishes.values()) {
        this.#silence.heard('limit', clock.nowMs);
        const outcome = await this.#asking([wish], () => grid.hear(id, wish));
        if (outcome !== 'refused') this.#acknowledged(wish);
      }
      grid.resynchronised(id);
      this.#silence.heard('everything', clock.nowMs);
    }
    const aliveUntilMs = clock.nowMs + this.clockAheadMs + 3 * beatMs;
    grid.heartbeat(id, aliveUntilMs);
    this.#silence.heard('heartbeat', clock.nowMs, clock.nowMs + this.#aliveMs(aliveUntilMs - wallMs));
  }

  /** It is alive for as long as it says by the clock of who hears it; an end that cannot be is none. */
  #aliveMs(leftMs: number): number {
    const { heartbeatTimeoutMs = 0 } = this.connection;
    return leftMs > 0 && leftMs <= weekMs ? leftMs : heartbeatTimeoutMs;
  }

  #say(wish: GridWish, triesLeft: number): void {
    const { id, profile } = this.connection;
    // Who is asked is in no hurry.
    if (this.#isPolled) return;
    this.#deliver(async (grid, process) => {
      this.#silence.heard('limit', this.#input.clock.nowMs);
      const heard = profile === 'lpc' ? this.#fromNow(wish, process.nowMs()) : wish;
      const said = this.#asking([wish], () =>
        profile === 'oscp' ? grid.hear(id, wish) : grid.say(id, this.#message(wish)),
      );
      const outcome = await said.catch(() => 'failed' as const);
      this.#input.trace(`line ${id} hears that ${wish.externalId} version ${wish.version} is ${outcome}`);
      if (outcome === 'accepted' || outcome === 'unchanged') this.#acknowledged(heard);
      else if (outcome !== 'outdated') this.#again(wish, triesLeft);
    });
    if (this.isCut) this.#again(wish, triesLeft);
  }

  #again(wish: GridWish, triesLeft: number): void {
    if (this.#waiting.has(wish)) return;
    this.#waiting.add(wish);
    this.#input.clock.after(againMs, () => {
      this.#waiting.delete(wish);
      const isWanted = this.#wishes.get(wish.externalId) === wish;
      if (isWanted && triesLeft > 0) this.#say(wish, triesLeft - 1);
    });
  }

  /** A bridge says for how long, and whoever hears it counts from there. */
  #fromNow(wish: GridWish, wallMs: number): GridWish {
    return { ...wish, fromMs: wallMs, untilMs: wallMs + this.#leftMs(wish) };
  }

  #leftMs({ untilMs }: GridWish): number {
    return Math.max(1_000, untilMs - this.#input.clock.nowMs - this.clockAheadMs);
  }

  /** As REST, MQTT and a bridge for EEBUS LPC write it. */
  #message(wish: GridWish): object {
    const { externalId, version, watts, fromMs, untilMs } = wish;
    if (this.connection.profile === 'lpc') return { watts, durationS: this.#leftMs(wish) / 1000 };
    const nowMs = this.#input.clock.nowMs + this.clockAheadMs;
    const instant = (atMs: number): string => new Date(atMs).toISOString();
    const validity = { from: instant(fromMs), until: instant(untilMs), sentAt: instant(nowMs) };
    const [target] = this.connection.targets;
    const place = target?.externalIds[0] ?? (target && limitedNode(target.target));
    return { externalId, version, watts, target: place, ...validity, reason: 'cold evening' };
  }

  /**
   * From here on its sender relies on it, and on nothing that it said before under this name. A bridge has no
   * versions: what arrives last holds.
   */
  #acknowledged(wish: GridWish): void {
    const known = this.#told.get(wish.externalId);
    const isOlder = known !== undefined && known.version > wish.version;
    if (isOlder && this.connection.profile !== 'lpc') return;
    this.#told.set(wish.externalId, wish);
    this.#rely(wish);
  }

  /** While the next version is under way either may hold; if the process ends before it answers, this one does. */
  #rely(wish: GridWish): void {
    const { externalId } = wish;
    const isWanted = this.#wishes.has(externalId);
    if (isWanted && !this.#underWay.has(externalId)) this.#input.truth.set(this.#limit(wish));
  }

  async #asking<T>(asked: readonly GridWish[], ask: () => Promise<T>): Promise<T> {
    const life = this.#life;
    // What is said again changes nothing.
    const wishes = asked.filter(({ externalId, version }) => this.#told.get(externalId)?.version !== version);
    const count = (externalId: string, by: number): void => {
      const now = (this.#underWay.get(externalId) ?? 0) + by;
      if (now > 0) this.#underWay.set(externalId, now);
      else this.#underWay.delete(externalId);
    };
    for (const { externalId } of wishes) {
      count(externalId, 1);
      this.#input.truth.end(this.#truthId(externalId));
    }
    try {
      return await ask();
    } finally {
      for (const { externalId } of life === this.#life ? wishes : []) {
        count(externalId, -1);
        const told = this.#told.get(externalId);
        if (told !== undefined) this.#rely(told);
      }
    }
  }

  #forget(externalId: string): void {
    this.#told.delete(externalId);
    this.#input.truth.end(this.#truthId(externalId));
  }

  #deliver(speak: Speak): void {
    const { clock } = this.#input;
    if (this.isCut) return;
    const arrive = (): void => {
      const server = this.#input.server();
      const grid = server?.service.grid;
      if (grid === undefined) return;
      server?.process.run(() => {
        speak(grid, server.process)?.catch(() => undefined);
        clock.settles();
      });
    };
    const delayMs = this.delayMs;
    for (let copy = 0; copy < this.copies; copy += 1) {
      if (delayMs === 0) arrive();
      else clock.after(delayMs, arrive);
    }
  }

  #truthId(externalId: string): GridLimit['id'] {
    return limitId(`${this.connection.id} ${externalId}`);
  }

  #limit({ externalId, watts, fromMs, untilMs }: GridWish): GridLimit {
    return { ...this.#frame(this.#truthId(externalId)), value: { watts }, fromMs, untilMs };
  }

  #failsafe(): GridLimit {
    const [target] = this.connection.targets;
    const value = target?.failsafe ?? { watts: 0 };
    return { ...this.#frame(this.#truthId('silence')), value, fromMs: 0, untilMs: undefined };
  }

  #frame(id: GridLimit['id']): Omit<GridLimit, 'value' | 'fromMs' | 'untilMs'> {
    const { id: setBy, targets } = this.connection;
    const [first] = targets;
    if (first === undefined) throw new Error(`connection ${setBy} has a target`);
    return { id, target: first.target, source: 'grid-operator', setBy, reason: '', createdAtMs: 0 };
  }
}
