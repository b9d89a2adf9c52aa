import { rehearsal, StillClock } from '../app/rehearsal.ts';
import type { TickResult } from '../control/controlLoop.ts';
import type { OverLimit } from '../control/overLimit.ts';
import { applyInput } from '../control/siteInput.ts';
import { restoreControl } from '../control/snapshot.ts';
import { type Instant, type TickRecord, tickRecord } from '../incidents/bundle.ts';
import type { Bundle } from '../incidents/bundleFile.ts';
import { exactJson } from '../incidents/exactJson.ts';

/** A tick that decided something else than the recorded one. */
export interface Difference {
  readonly at: Instant;
  readonly tick: number;
  /** What it was about, and both decisions. */
  readonly what: string;
}

/** For how long a circuit or an area was over its limit, and by how much. */
export interface Excursion {
  readonly from: Instant;
  readonly toMs: number;
  /** Where it was worst. */
  readonly over: OverLimit;
  /** Ticks that showed it. */
  readonly ticks: number;
}

export interface Replay {
  readonly inputs: number;
  readonly ticks: number;
  readonly from: Instant;
  readonly to: Instant;
  readonly differences: readonly Difference[];
  readonly excursions: readonly Excursion[];
  /** Why a tick could not be run; the replay ends with it. */
  readonly broken: string | undefined;
}

/** Runs what a bundle recorded through the control code again, at the recorded instants. */
export function replay({ header, snapshot, targets, startedAt, entries }: Bundle): Replay {
  const clock = new StillClock({ ...startedAt, monotonicMs: snapshot.startedAtMs });
  const wanted = new Map(targets.map(({ evseId, target }) => [evseId, target]));
  const control = rehearsal(header, clock, (evseId) => wanted.get(evseId));
  restoreControl(control, snapshot);
  const evses = header.sites.flatMap((site) => site.evses.map(({ id }) => id));
  const excursions = new Map<string, Excursion>();
  const ended: Excursion[] = [];
  const differences: Difference[] = [];
  let [inputs, ticks, at] = [0, 0, startedAt];
  let broken: string | undefined;
  for (const entry of entries) {
    at = entry.at;
    clock.set(at);
    try {
      if ('target' in entry) {
        wanted.set(entry.target.evseId, entry.target.target);
        continue;
      }
      if ('input' in entry) {
        applyInput(control.state, entry.input);
        inputs += 1;
        continue;
      }
      const result = control.loop.step(entry.tick.cause);
      ticks += 1;
      for (const what of differing(entry.tick, tickRecord(result), evses))
        differences.push({ at, tick: entry.tick.number, what });
      ended.push(...followed(excursions, result, at));
    } catch (error) {
      broken = error instanceof Error ? error.message : String(error);
      break;
    }
  }
  const found = [...ended, ...excursions.values()].toSorted(
    (a, b) => a.from.monotonicMs - b.from.monotonicMs,
  );
  return { inputs, ticks, from: startedAt, to: at, differences, excursions: found, broken };
}

// --- what differs ----------------------------------------------------------------------------------

function differing(then: TickRecord, now: TickRecord, evses: readonly string[]): readonly string[] {
  const amps = then.allocatedAmps.flatMap((allocatedAmps, index) => {
    const again = now.allocatedAmps[index];
    return again === allocatedAmps
      ? []
      : `allocation of ${evses[index]}: ${told(allocatedAmps)} A then, ${told(again)} A now`;
  });
  const sides = [
    ['commands', then.commands.map(commandText), now.commands.map(commandText)],
    ['refused plans', then.failures, now.failures],
    ['raises kept back', then.refused, now.refused],
  ] as const;
  const others = sides.flatMap(([what, before, after]) =>
    before.join() === after.join() ? [] : `${what}: ${listed(before)} then, ${listed(after)} now`,
  );
  const isSame = exactJson(then) === exactJson(now);
  // Something that is in none of the texts above, of a command for example its schedule.
  const rest = !isSame && amps.length + others.length === 0 ? ['a command in its details'] : [];
  return [...amps, ...others, ...rest];
}

function commandText(command: TickRecord['commands'][number]): string {
  const { evseId, kind } = command;
  switch (command.kind) {
    case 'lease':
      return `${evseId} ${told(command.setpointAmps)} A then ${told(command.tailAmps)} A`;
    case 'standing':
    case 'station maximum':
      return `${evseId} ${kind} ${told(command.amps)} A`;
    case 'clear':
      return `${evseId} clear ${command.rung}`;
    case 'remote start':
    case 'remote stop':
    case 'end priority':
      return `${evseId} ${kind}`;
    default:
      return command satisfies never;
  }
}

const told = (amps: number | undefined): string =>
  amps === undefined ? 'no' : String(Number(amps.toFixed(3)));
const listed = (texts: readonly string[]): string => (texts.length === 0 ? 'none' : texts.join(', '));

// --- what was over a limit -------------------------------------------------------------------------

/** Follows what is over from tick to tick; returns what ended with this one. */
function followed(held: Map<string, Excursion>, { over }: TickResult, at: Instant): readonly Excursion[] {
  const now = new Map(over.map((each) => [`${each.kind} ${each.node} ${each.on}`, each]));
  const ended = [...held].filter(([place]) => !now.has(place));
  for (const [place] of ended) held.delete(place);
  for (const [place, each] of now) {
    const before = held.get(place);
    const isWorse = before === undefined || each.amount - each.limit > before.over.amount - before.over.limit;
    held.set(place, {
      from: before?.from ?? at,
      toMs: at.wallMs,
      over: isWorse ? each : before.over,
      ticks: (before?.ticks ?? 0) + 1,
    });
  }
  return ended.map(([, excursion]) => ({ ...excursion, toMs: at.wallMs }));
}
