import type { KeptExposure, KeptLease } from '../../control/inherited.ts';
import type { KeptDevice } from '../../domain/deviceRecord.ts';
import type { ConnectionState } from '../../domain/gridConnection.ts';
import type { GridLimit } from '../../domain/gridLimit.ts';
import type { EvseId, LimitId, StationId } from '../../domain/ids.ts';
import type { InterruptedCharge } from '../../domain/interruptedCharge.ts';
import type { Release } from '../../domain/release.ts';
import type { Session } from '../../domain/session.ts';
import type { TwinClock } from './twinClock.ts';

/** How the database does. */
/** `full`: it answers at once that it cannot write. */
export type StoreCondition = 'works' | 'slow' | 'down' | 'full';

const flushMs = 200;
const slowMs = 5_000;
const commitMs = 5;

interface LimitsChanged {
  readonly set: readonly GridLimit[];
  readonly ended: readonly LimitId[];
}

/** Where a connection to a grid operator stands, on the wall clock. */
export interface KeptLine {
  readonly id: string;
  readonly state: ConnectionState;
}

/** How far a limit of it has been let go, on the wall clock. */
export interface KeptLettingGo {
  readonly node: string;
  readonly key: string;
  readonly release: Release | undefined;
}

type Undo = () => void;

/** What outlives a process: records written behind its back, limits that wait for the commit. */
export class TwinStore {
  readonly #clock: TwinClock;
  readonly #onPoint: () => void;
  readonly #standing = new Map<EvseId, number>();
  readonly #leases = new Map<EvseId, KeptLease>();
  readonly #sessions = new Map<string, Session>();
  readonly #devices = new Map<StationId, KeptDevice>();
  readonly #interrupted = new Map<EvseId, InterruptedCharge>();
  readonly #limits = new Map<LimitId, GridLimit>();
  readonly #lines = new Map<string, KeptLine>();
  readonly #lettingGo = new Map<string, KeptLettingGo>();
  readonly #transactions = new Map<string, number>();
  /** Not written yet, the newest of a key in the place of the older. */
  #waiting = new Map<string, () => Undo>();
  #undos: Undo[] = [];
  #flushing = false;
  #epoch = 0;
  condition: StoreCondition = 'works';

  /** `onPoint` is where the process may die: before and after everything that becomes durable. */
  constructor(clock: TwinClock, onPoint: () => void) {
    this.#clock = clock;
    this.#onPoint = onPoint;
  }

  nextEpoch(): number {
    this.#epoch += 1;
    return this.#epoch;
  }

  /** The server's name of a station's transaction, the same whenever it is asked. */
  transactionNumber(key: string): number {
    const known = this.#transactions.get(key) ?? this.#transactions.size + 1;
    this.#transactions.set(key, known);
    return known;
  }

  rememberStanding(id: EvseId, amps: number): void {
    this.#put(`standing ${id}`, () => replace(this.#standing, id, amps));
  }

  rememberLease(lease: KeptLease): void {
    this.#put(`lease ${lease.evseId}`, () => replace(this.#leases, lease.evseId, lease));
  }

  rememberDevice(id: StationId, { hardware, learnt }: KeptDevice): void {
    this.#put(`device ${id}`, () => replace(this.#devices, id, { hardware, learnt }));
  }

  saveSession(session: Session): void {
    this.#put(`session ${session.id}`, () =>
      session.state === 'finished'
        ? replace(this.#sessions, session.id, undefined)
        : replace(this.#sessions, session.id, session),
    );
  }

  rememberInterrupted(id: EvseId, charge: InterruptedCharge | undefined): void {
    this.#put(`interrupted ${id}`, () => replace(this.#interrupted, id, charge));
  }

  rememberConnection(kept: KeptLine): void {
    this.#put(`line ${kept.id}`, () => replace(this.#lines, kept.id, kept));
  }

  rememberRelease(kept: KeptLettingGo): void {
    const name = `${kept.node} ${kept.key}`;
    this.#put(`release ${name}`, () => replace(this.#lettingGo, name, kept));
  }

  connections(): readonly KeptLine[] {
    return [...this.#lines.values()];
  }

  releases(): readonly KeptLettingGo[] {
    return [...this.#lettingGo.values()];
  }

  interruptedCharges(): ReadonlyMap<EvseId, InterruptedCharge> {
    return this.#interrupted;
  }

  openSessions(): readonly Session[] {
    return [...this.#sessions.values()];
  }

  limitsNotEnded(nowMs: number): readonly GridLimit[] {
    return [...this.#limits.values()].filter(({ untilMs }) => untilMs === undefined || nowMs < untilMs);
  }

  devices(): ReadonlyMap<StationId, KeptDevice> {
    return this.#devices;
  }

  exposures(ids: readonly EvseId[]): readonly KeptExposure[] {
    return ids.map((evseId) => ({
      evseId,
      standingAmps: this.#standing.get(evseId),
      lease: this.#leases.get(evseId),
    }));
  }

  /** Durable when it resolves. Rejects while the database is down. */
  insertLimit(limit: GridLimit): Promise<void> {
    return this.#commit(() => this.#limits.set(limit.id, limit));
  }

  async endLimit(id: LimitId): Promise<boolean> {
    await this.#commit(() => this.#limits.delete(id));
    return true;
  }

  /** All of it or nothing. */
  changeLimits({ set, ended }: LimitsChanged): Promise<void> {
    return this.#commit(() => {
      for (const limit of set) this.#limits.set(limit.id, limit);
      for (const id of ended) this.#limits.delete(id);
    });
  }

  appendAudit(): Promise<void> {
    return this.#commit(() => {});
  }

  /** Nobody stops a site by hand here. */
  insertStop(): Promise<void> {
    return this.#commit(() => {});
  }

  deleteStop(): Promise<void> {
    return this.#commit(() => {});
  }

  /** The process is gone, and with it what it had not written, and so many commits that the disk had not either. */
  crash(lostCommits: number): void {
    this.#waiting.clear();
    for (const undo of this.#undos.splice(Math.max(0, this.#undos.length - lostCommits)).reverse()) undo();
  }

  /** What was on its way to the database when its process died may still be written. */
  #commit(write: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#clock.after(this.#delayMs(commitMs), () => {
        this.#clock.settles();
        if (!this.#canWrite) {
          reject(new Error('the database does not answer'));
          return;
        }
        this.#onPoint();
        write();
        this.#onPoint();
        resolve();
      });
    });
  }

  #delayMs(usualMs: number): number {
    return this.condition === 'slow' || this.condition === 'down' ? slowMs : usualMs;
  }

  get #canWrite(): boolean {
    return this.condition === 'works' || this.condition === 'slow';
  }

  #put(key: string, write: () => Undo): void {
    this.#waiting.delete(key);
    this.#waiting.set(key, write);
    this.#flushSoon();
  }

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    this.#clock.after(this.#delayMs(flushMs), () => {
      this.#flushing = false;
      if (!this.#canWrite) {
        if (this.#waiting.size > 0) this.#flushSoon();
        return;
      }
      this.#onPoint();
      for (const write of this.#waiting.values()) this.#undos.push(write());
      this.#waiting.clear();
      this.#undos.splice(0, this.#undos.length - undosMax);
      this.#onPoint();
    });
  }
}

/** More commits than this no disk loses. */
const undosMax = 20;

function replace<K, V>(map: Map<K, V>, key: K, value: V | undefined): Undo {
  const before = map.get(key);
  const put = (each: V | undefined): void => {
    if (each === undefined) map.delete(key);
    else map.set(key, each);
  };
  put(value);
  return () => put(before);
}
