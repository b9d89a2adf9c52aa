import type { GridConnection } from '../../domain/gridConnection.ts';
import { type LimitTarget, limitedNode } from '../../domain/gridLimit.ts';
import { type GridMessage, gridMessage } from '../../domain/gridMessage.ts';
import { instantMs } from '../../domain/instant.ts';
import { minimumWatts14a } from '../../domain/minimumPower14a.ts';
import { compile } from '../../schema.ts';
import type { GridChange, GridValue, HeardLimit } from '../gridPorts.ts';

/** `field` is the key at fault, `why` what is wrong with it and what to send instead. */
export interface Refused {
  readonly status: 'refused';
  readonly field: string;
  readonly why: string;
}

export type Understood =
  | { readonly status: 'understood'; readonly externalId: string; readonly change: GridChange }
  | Refused;

const fitting = compile(gridMessage);
/** Between clocks that are set right lies less. */
const skewMaxMs = 30_000;

/** What a message of a grid operator asks for, or the first thing wrong with it. */
export function understand(body: unknown, connection: GridConnection, nowMs: number): Understood {
  if (!fitting.check(body)) {
    const [fault] = fitting.faults();
    return refused(fault?.path.slice(1) || 'body', fault?.message ?? 'does not fit');
  }
  const skew = skewOf(body, nowMs);
  if (skew !== undefined) return skew;
  const target = targetOf(body, connection);
  if ('status' in target) return target;
  const role = body.role ?? 'event';
  const kind = body.kind ?? 'cap';
  const externalId = body.externalId ?? ['limit', limitedNode(target), role, kind].join('-');
  const ended = {
    status: 'understood',
    externalId,
    change: { kind: 'withdraw', externalIds: [externalId] },
  } as const;
  if (body.isActive === false) return ended;
  const value = limitValue(body, connection);
  if (value === undefined) return ended;
  if ('status' in value) return value;
  const validity = validityOf(body, connection, nowMs);
  if ('status' in validity) return validity;
  const { averaging } = body;
  const limit: HeardLimit = {
    externalId,
    version: body.version,
    target,
    direction: body.direction ?? 'import',
    boundary: body.boundary ?? connection.boundary,
    kind,
    role,
    value: role === 'event' && kind === 'cap' ? withMinimum(value, connection) : value,
    averaging:
      averaging === undefined ? { mode: 'instant' as const } : { mode: 'mean' as const, ...averaging },
    ...validity,
    priority: body.priority ?? 100,
    complyWithinS: body.complyWithinS ?? 0,
    reason: body.reason ?? `limit of ${connection.id}`,
  };
  return { status: 'understood', externalId, change: { kind: 'update', limits: [limit] } };
}

function skewOf({ sentAt }: GridMessage, nowMs: number): Refused | undefined {
  if (sentAt === undefined) return undefined;
  const sentAtMs = instantMs(sentAt);
  if (sentAtMs === undefined) return notAnInstant('sentAt');
  const aheadMs = sentAtMs - nowMs;
  if (Math.abs(aheadMs) <= skewMaxMs) return undefined;
  const seconds = Math.round(aheadMs / 1000);
  return refused(
    'sentAt',
    `is ${seconds} s from our clock, which shows ${new Date(nowMs).toISOString()}: set the clocks`,
  );
}

function targetOf({ target }: GridMessage, { id, targets }: GridConnection): LimitTarget | Refused {
  const [only, ...others] = targets;
  if (target === undefined) {
    if (only !== undefined && others.length === 0) return only.target;
    return refused('target', `is missing: ${id} has ${targets.length} targets`);
  }
  const named = targets.find(
    (each) => each.externalIds.includes(target) || limitedNode(each.target) === target,
  );
  return named?.target ?? refused('target', `"${target}" is no target of ${id}`);
}

/** undefined: a level at which nothing is limited. */
function limitValue(body: GridMessage, { levelsWatts }: GridConnection): GridValue | undefined | Refused {
  const { watts, amps, phaseAmps, level } = body;
  const given = [watts, amps, phaseAmps, level].filter((each) => each !== undefined);
  if (given.length !== 1)
    return refused('watts', 'give one of watts, amps, phaseAmps and level, or "isActive": false');
  const least = Math.min(watts ?? 0, amps ?? 0, ...Object.values(phaseAmps ?? {}));
  if (least < 0)
    return refused('watts', `is ${least}, but a limit cannot be negative: give its size, and a direction`);
  if (watts !== undefined) return { watts };
  if (amps !== undefined) return { amps };
  if (phaseAmps !== undefined) return { phaseAmps };
  const step = levelsWatts[level ?? 0];
  if (step === undefined) return refused('level', `${level} is not in levelsWatts of the config`);
  return step === null ? undefined : { watts: step };
}

function validityOf(
  body: GridMessage,
  connection: GridConnection,
  nowMs: number,
): { readonly fromMs: number; readonly untilMs: number | undefined } | Refused {
  const fromMs = body.from === undefined ? nowMs : instantMs(body.from);
  if (fromMs === undefined) return notAnInstant('from');
  if (body.until === undefined && body.durationS === undefined) {
    // Its silence ends in the failsafe limit: nothing can be forgotten.
    if (body.standing === true || connection.heartbeatTimeoutMs !== undefined)
      return { fromMs, untilMs: undefined };
    return refused('until', 'is missing: give until or durationS, or "standing": true if it shall stay');
  }
  if (body.standing === true) return refused('standing', 'cannot stand beside an end');
  if (body.until !== undefined && body.durationS !== undefined)
    return refused('durationS', 'cannot stand beside until: give one of the two');
  const untilMs = body.until === undefined ? fromMs + (body.durationS ?? 0) * 1000 : instantMs(body.until);
  if (untilMs === undefined) return notAnInstant('until');
  if (untilMs <= fromMs) return refused('until', 'is not after from: give a later instant');
  if (untilMs <= nowMs) return refused('until', `is in the past: now is ${new Date(nowMs).toISOString()}`);
  return { fromMs, untilMs };
}

/** What must be left to controllable devices, whatever was asked. */
function withMinimum(value: GridValue, { devices14a }: GridConnection): GridValue {
  if (devices14a === undefined || !('watts' in value)) return value;
  return { watts: Math.max(value.watts, minimumWatts14a(devices14a)) };
}

const notAnInstant = (field: string): Refused =>
  refused(field, 'is not an instant: give ISO 8601 with a zone, such as 2026-01-31T18:00:00Z');

const refused = (field: string, why: string): Refused => ({ status: 'refused', field, why });
