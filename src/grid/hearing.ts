import type { HeardGridLimit } from '../domain/bindingLimits.ts';
import type { GridConnection } from '../domain/gridConnection.ts';
import { type GridLimit, type LimitTerms, type LimitValue, limitedNode } from '../domain/gridLimit.ts';
import type { LimitId } from '../domain/ids.ts';
import { perPhase, phaseName, phases } from '../domain/phases.ts';
import { notControllable } from './exportLimits.ts';
import type { GridValue, GridVerdict, HeardLimit } from './gridPorts.ts';

/** What one thing that was heard does to the book of its connection. */
export interface Judgement {
  readonly verdict: GridVerdict;
  /** Comes into force. */
  readonly set?: HeardGridLimit;
  /** Ends once it is durable: it was replaced, or the sender cut it short. */
  readonly ended?: HeardGridLimit;
}

export interface JudgeInput {
  readonly connection: GridConnection;
  readonly heard: HeardLimit;
  /** What holds under the same external id. */
  readonly current: HeardGridLimit | undefined;
  /** The highest version that was heard under that id, of one that is over too. */
  readonly versionMax: number | undefined;
  readonly newId: () => LimitId;
  readonly nowMs: number;
}

const wattsMax = 1e12;
const ampsMax = 1e6;
/** The longest mean that is followed: see the energy book. */
const windowMaxS = 3_600;
const idMax = 256;

/**
 * Whether a limit is taken, and what it replaces. The same again changes nothing, an older version is ignored. The
 * same version with another content is taken: clocks of senders that number by time are coarse.
 */
export function judge(input: JudgeInput): Judgement {
  const { connection, heard, current, versionMax, nowMs } = input;
  const { externalId } = heard;
  const told = (outcome: GridVerdict['outcome'], why?: string): GridVerdict => ({
    externalId,
    outcome,
    ...(why !== undefined && { why }),
  });
  const why = faultOf(heard, connection);
  if (why !== undefined) return { verdict: told('refused', why) };
  if (versionMax !== undefined && heard.version !== undefined && heard.version < versionMax) {
    return { verdict: told('outdated', `version ${versionMax} was heard before`) };
  }
  if (heard.untilMs !== undefined && heard.untilMs <= nowMs) {
    if (current === undefined) return { verdict: told('outdated', 'it has ended already') };
    return { verdict: told('accepted', 'it ends now'), ended: current };
  }
  const set = limitOf(input);
  if (current !== undefined && isSame(current, set)) return { verdict: told('unchanged') };
  const note = heard.direction === 'export' ? notControllable : undefined;
  return { verdict: told('accepted', note), set, ...(current !== undefined && { ended: current }) };
}

/** What is wrong with it, for the sender; undefined when nothing is. */
function faultOf(heard: HeardLimit, { id, targets }: GridConnection): string | undefined {
  const { externalId, target, value, fromMs, untilMs, averaging } = heard;
  if (externalId.length === 0 || externalId.length > idMax)
    return `its id must have 1 to ${idMax} characters`;
  const node = limitedNode(target);
  if (!targets.some((own) => limitedNode(own.target) === node)) return `${node} is no target of ${id}`;
  if (heard.version !== undefined && !Number.isFinite(heard.version)) return 'its version is no number';
  if (!Number.isFinite(fromMs) || (untilMs !== undefined && !(untilMs > fromMs)))
    return 'its end is not after its beginning';
  if (averaging.mode === 'mean' && !(averaging.windowS >= 1 && averaging.windowS <= windowMaxS))
    return `the window of its mean must be between 1 and ${windowMaxS} s`;
  if (!(heard.priority >= 0) || !(heard.complyWithinS >= 0))
    return 'its priority and time to comply cannot be negative';
  return valueFault(value, target.kind === 'area');
}

function valueFault(value: GridValue, isArea: boolean): string | undefined {
  if ('watts' in value) return amountFault(value.watts, wattsMax);
  if (isArea) return 'an area is limited in watts, not in amps';
  if ('amps' in value) return amountFault(value.amps, ampsMax);
  const amounts = Object.values(value.phaseAmps);
  if (amounts.length === 0) return 'it limits no phase';
  return amounts.map((amps) => amountFault(amps, ampsMax)).find((fault) => fault !== undefined);
}

const amountFault = (amount: number, most: number): string | undefined =>
  amount >= 0 && amount <= most ? undefined : `its value must be between 0 and ${most}, not ${amount}`;

function limitOf({ connection, heard, versionMax = 0, newId, nowMs }: JudgeInput): HeardGridLimit {
  const { target, value, fromMs, untilMs, reason, version = Math.max(nowMs, versionMax), ...terms } = heard;
  return {
    id: newId(),
    target,
    value: limitValue(value),
    source: 'grid-operator',
    setBy: connection.id,
    reason,
    fromMs,
    untilMs,
    createdAtMs: nowMs,
    terms: { ...terms, version, connectionId: connection.id },
  };
}

function limitValue(value: GridValue): LimitValue {
  if (!('phaseAmps' in value)) return value;
  return { phaseAmps: perPhase((phase) => value.phaseAmps[phaseName(phase)] ?? Number.POSITIVE_INFINITY) };
}

/** But for our own id and when we heard it. */
function isSame(a: HeardGridLimit, b: HeardGridLimit): boolean {
  const content = ({ target, value, reason, fromMs, untilMs, terms }: GridLimit & { terms: LimitTerms }) =>
    JSON.stringify([
      limitedNode(target),
      numbers(value),
      reason,
      fromMs,
      untilMs ?? null,
      terms.version,
      terms.direction,
      terms.boundary,
      terms.kind,
      terms.role,
      terms.averaging.mode === 'mean' ? [terms.averaging.windowS, terms.averaging.isAligned] : [],
      terms.priority,
      terms.complyWithinS,
    ]);
  return content(a) === content(b);
}

const numbers = (value: LimitValue): readonly (number | null)[] => {
  if ('watts' in value) return [value.watts];
  if ('amps' in value) return [value.amps, null];
  return phases.map((phase) => (Number.isFinite(value.phaseAmps[phase]) ? value.phaseAmps[phase] : null));
};
