import type { Clock } from '../../control/ports.ts';

interface Timer {
  readonly dueMs: number;
  /** Of timers due together the one set first runs first. */
  readonly order: number;
  callback: (() => void) | undefined;
}

/** The one clock of a simulated world: true time, which stands still between events. A binary heap of what is to come. */
export class TwinClock {
  #nowMs: number;
  #order = 0;
  readonly #heap: Timer[] = [];
  #isUnsettled = false;

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    this.#order += 1;
    const timer: Timer = { dueMs: this.#nowMs + Math.max(0, delayMs), order: this.#order, callback };
    this.#push(timer);
    return () => {
      timer.callback = undefined;
    };
  }

  /** Somebody waits for a promise that this event settled: he goes on before the next event. */
  settles(): void {
    this.#isUnsettled = true;
  }

  async runUntil(endMs: number): Promise<void> {
    for (let next = this.#heap[0]; next !== undefined && next.dueMs <= endMs; next = this.#heap[0]) {
      this.#pop();
      if (next.callback === undefined) continue;
      this.#nowMs = next.dueMs;
      next.callback();
      if (this.#isUnsettled) await this.#settled();
    }
    this.#nowMs = endMs;
  }

  async #settled(): Promise<void> {
    this.#isUnsettled = false;
    for (let turn = 0; turn < microtaskTurns; turn += 1) await undefined;
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    for (let up = (at - 1) >> 1; at > 0; up = (at - 1) >> 1) {
      const above = heap[up];
      if (above === undefined || isBefore(above, timer)) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = timer;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const right = left + 1;
      let child = heap[left];
      let childAt = left;
      const other = heap[right];
      if (child !== undefined && other !== undefined && isBefore(other, child)) {
        child = other;
        childAt = right;
      }
      if (child === undefined || isBefore(last, child)) break;
      heap[at] = child;
      at = childAt;
    }
    heap[at] = last;
  }
}

/** A chain of awaits in the control code is no longer than this. */
const microtaskTurns = 20;

const isBefore = (a: Timer, b: Timer): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/** One process: its clock, and whether it runs, stands still (SIGSTOP) or is gone. */
export class TwinProcess implements Clock {
  readonly #world: TwinClock;
  readonly #wallAheadMs: () => number;
  #condition: 'runs' | 'stopped' | 'dead' = 'runs';
  /** What came while it stood still: it finds it in its sockets afterwards, and then in its timers. */
  #held: (() => void)[] = [];
  #due: (() => void)[] = [];

  constructor(world: TwinClock, wallAheadMs: () => number) {
    this.#world = world;
    this.#wallAheadMs = wallAheadMs;
  }

  get condition(): 'runs' | 'stopped' | 'dead' {
    return this.#condition;
  }

  nowMs(): number {
    return this.#world.nowMs + this.#wallAheadMs();
  }

  monotonicMs(): number {
    return this.#world.nowMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    let isCancelled = false;
    const work = (): void => {
      if (!isCancelled) callback();
    };
    const cancel = this.#world.after(delayMs, () => this.#run(work, this.#due));
    return () => {
      isCancelled = true;
      cancel();
    };
  }

  /** Lets the process do something: now, when it goes on, or never. */
  run(work: () => void): void {
    this.#run(work, this.#held);
  }

  #run(work: () => void, later: (() => void)[]): void {
    if (this.#condition === 'runs') work();
    else if (this.#condition === 'stopped') later.push(work);
  }

  stop(): void {
    if (this.#condition === 'runs') this.#condition = 'stopped';
  }

  goOn(): void {
    if (this.#condition !== 'stopped') return;
    this.#condition = 'runs';
    const [held, due] = [this.#held, this.#due];
    this.#held = [];
    this.#due = [];
    // Whatever waits in its sockets is done with before the next tick, which may take long again: what is left then waits on.
    for (const work of held) this.#run(work, this.#held);
    for (const work of due) this.#world.after(0, () => this.#run(work, this.#due));
  }

  kill(): void {
    this.#condition = 'dead';
    this.#held = [];
    this.#due = [];
  }
}
