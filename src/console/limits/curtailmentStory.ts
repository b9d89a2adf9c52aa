import type { LimitBody } from '../../http/schemas.ts';

/** A record of the evidence that is kept for grid operators. */
export interface EvidenceRecord {
  readonly sequence: number;
  readonly at: string;
  readonly kind: string;
  readonly connection: string;
  readonly node: string | null;
  readonly externalId: string | null;
  readonly body: unknown;
}

/** One curtailment from the asking to the release; instants in ms, null for what has not happened. */
export interface Story {
  readonly key: string;
  readonly connection: string;
  readonly node: string;
  readonly reason: string;
  readonly value: string | undefined;
  readonly isRunning: boolean;
  readonly askedMs: number;
  readonly acknowledgedMs: number | null;
  readonly obeyedMs: number | null;
  readonly releasedMs: number | null;
  readonly violatedMs: number | null;
  readonly infeasibleMs: number | null;
  readonly result: Result | undefined;
}

/** What is known once it is over. */
interface Result {
  readonly worstExcessWatts: number;
  readonly shareUnder: number | null;
  readonly stationsCommanded: number;
  readonly stationsConfirmed: number;
}

/** The body of a record of kind `curtailment`, as the service writes it. */
interface CurtailmentBody extends Result {
  readonly value: {
    readonly amps?: number;
    readonly watts?: number;
    readonly phaseAmps?: readonly (number | null)[];
  };
  readonly reason: string;
  readonly receivedAtMs: number;
  readonly acknowledgedAtMs: number | null;
  readonly effectiveAtMs: number | null;
  readonly releasedAtMs: number | null;
  readonly infeasibleAtMs: number | null;
  readonly violatedAtMs: number | null;
}

type ValueText = (limit: Pick<LimitBody, 'amps' | 'watts' | 'phaseAmps'>) => string;

/** Those that are over, from their own records. */
export const endedStories = (records: readonly EvidenceRecord[], valueText: ValueText): readonly Story[] =>
  records.map((record) => {
    // Kind `curtailment` has this body, and nothing else does.
    const body = record.body as CurtailmentBody;
    const { amps = null, watts = null, phaseAmps = null } = body.value;
    return {
      key: String(record.sequence),
      connection: record.connection,
      node: record.node ?? '',
      reason: body.reason,
      value: valueText({ amps, watts, phaseAmps: phaseAmps === null ? null : [...phaseAmps] }),
      isRunning: false,
      askedMs: body.receivedAtMs,
      acknowledgedMs: body.acknowledgedAtMs,
      obeyedMs: body.effectiveAtMs,
      releasedMs: body.releasedAtMs,
      violatedMs: body.violatedAtMs,
      infeasibleMs: body.infeasibleAtMs,
      result: body,
    };
  });

/** Those that bind now, from the limits in force and what their load has reached so far. */
export function runningStories(
  limits: readonly LimitBody[],
  records: readonly EvidenceRecord[],
  { nowMs, valueText }: { readonly nowMs: number; readonly valueText: ValueText },
): readonly Story[] {
  return limits
    .filter(
      ({ connection, kind, role, from }) =>
        connection !== null && kind === 'cap' && role === 'event' && Date.parse(from) <= nowMs,
    )
    .map((limit) => {
      const askedMs = Date.parse(limit.createdAt);
      const since = records.filter(
        ({ connection, at }) => connection === limit.connection && Date.parse(at) >= askedMs,
      );
      const reached = (phase: string): number | null => {
        const found = since.find(
          ({ kind, externalId, body }) =>
            kind === 'progress' && externalId === limit.externalId && phaseOf(body) === phase,
        );
        return found === undefined ? null : Date.parse(found.at);
      };
      const acknowledged = since.find(
        ({ kind, body }) => kind === 'acknowledged' && namesOf(body).includes(limit.externalId ?? ''),
      );
      return {
        key: limit.id,
        connection: limit.connection ?? '',
        node: limit.circuit ?? limit.area ?? '',
        reason: limit.reason,
        value: valueText(limit),
        isRunning: true,
        askedMs,
        acknowledgedMs: acknowledged === undefined ? null : Date.parse(acknowledged.at),
        obeyedMs: reached('effective'),
        releasedMs: null,
        violatedMs: reached('violated'),
        infeasibleMs: reached('infeasible'),
        result: undefined,
      };
    });
}

const phaseOf = (body: unknown): unknown => (body as { readonly phase?: unknown } | null)?.phase;

function namesOf(body: unknown): readonly unknown[] {
  const { externalIds } = (body ?? {}) as { readonly externalIds?: unknown };
  return Array.isArray(externalIds) ? externalIds : [];
}
