import type { LimitSource } from '../../domain/gridLimit.ts';
import { type LimitId, limitId } from '../../domain/ids.ts';
import type { Random } from '../random.ts';
import type { LimitTruth } from './limitTruth.ts';
import type { TwinService } from './ports.ts';
import type { TwinClock, TwinProcess } from './twinClock.ts';

export interface GridOperatorInput {
  readonly clock: TwinClock;
  readonly truth: LimitTruth;
  readonly random: Random;
  /** Where it may set limits. */
  readonly targets: readonly LimitTargetAsked[];
  server(): { readonly service: TwinService; readonly process: TwinProcess } | undefined;
  trace(line: string): void;
}

export interface LimitTargetAsked {
  readonly target: { readonly site: string; readonly circuit: string } | { readonly area: string };
  /** What it carries: amps on each phase, or watts of an area. */
  readonly full: number;
}

interface Asked {
  readonly body: object;
  readonly source: LimitSource;
}

const retryMs = 10_000;
const triesMax = 30;

/** The DSO's side of the wire: asks for limits, and asks again when nobody says that they are kept. */
export class GridOperator {
  readonly #input: GridOperatorInput;
  #count = 0;
  /** Asked and not acknowledged yet. */
  readonly #pending = new Set<LimitId>();

  constructor(input: GridOperatorInput) {
    this.#input = input;
  }

  any(): LimitTargetAsked | undefined {
    const { targets, random } = this.#input;
    return targets[Math.floor(random() * targets.length)];
  }

  /** A limit of this share of what the target carries. */
  cut(
    at: LimitTargetAsked,
    share: number,
    fromMs: number,
    untilMs: number,
    source: LimitSource = 'grid-operator',
  ): LimitId {
    const amount = Math.round(at.full * share);
    const value = 'area' in at.target ? { watts: amount } : { amps: amount };
    const validity = { from: new Date(fromMs).toISOString(), until: new Date(untilMs).toISOString() };
    return this.#ask(
      { body: { ...at.target, ...value, ...validity, reason: 'cold evening' }, source },
      triesMax,
    );
  }

  #ask(asked: Asked, triesLeft: number): LimitId {
    this.#count += 1;
    const id = limitId(`L${this.#count}`);
    const server = this.#input.server();
    if (server?.process.condition === 'runs') this.#put(id, asked, triesLeft, server.service);
    else this.#again(asked, triesLeft);
    return id;
  }

  end(id: LimitId): void {
    const { truth, trace } = this.#input;
    // As soon as it asks for the end it no longer insists.
    truth.end(id);
    trace(`limit ${id} ended`);
    this.#input.server()?.process.run(() => {
      this.#input
        .server()
        ?.service.endLimit(id)
        .catch(() => undefined);
    });
  }

  /** The process is gone before it acknowledged these: nobody was told that they hold. */
  serverDied(): void {
    for (const id of this.#pending) this.#input.truth.end(id);
    this.#pending.clear();
  }

  #put(id: LimitId, asked: Asked, triesLeft: number, service: TwinService): void {
    const { truth, trace } = this.#input;
    const set = service.setLimit({ id, ...asked });
    trace(`limit ${id} ${JSON.stringify(asked.body)} ${set === undefined ? 'refused' : 'set'}`);
    if (set === undefined) return;
    truth.set(set.limit);
    this.#pending.add(id);
    set.kept.then(
      () => this.#pending.delete(id),
      () => {
        truth.end(id);
        this.#pending.delete(id);
        this.#again(asked, triesLeft);
      },
    );
  }

  #again(asked: Asked, triesLeft: number): void {
    if (triesLeft > 0) this.#input.clock.after(retryMs, () => this.#ask(asked, triesLeft - 1));
  }
}
