import type { GridConnection } from '../../domain/gridConnection.ts';
import type { GridPorts, GridVerdict } from '../gridPorts.ts';
import { type Refused, understand } from './limitMessage.ts';
import { type LineFault, schedule } from './schedule.ts';

/** What became of a message: the answer is its acknowledgement. */
export type IntakeAnswer = ({ readonly status: 'heard' } & GridVerdict) | Refused;

export type ScheduleAnswer =
  | { readonly status: 'heard'; readonly accepted: number; readonly unchanged: number }
  | { readonly status: 'refused'; readonly faults: readonly LineFault[] };

/** The way in for grid operators that speak no protocol of their own: REST and MQTT join here. */
export interface GridIntake {
  /** Durable when it resolves. */
  take(connection: GridConnection, body: unknown, raw: string): Promise<IntakeAnswer>;
  withdraw(connection: GridConnection, externalId: string): Promise<GridVerdict>;
  takeSchedule(
    connection: GridConnection,
    table: {
      readonly csv: string;
      readonly name: string;
      readonly kind: 'cap' | 'baseline';
      readonly target?: string;
    },
  ): Promise<ScheduleAnswer>;
}

export function gridIntake(desk: GridPorts): GridIntake {
  const acknowledge = (id: string, externalIds: readonly string[]): void =>
    desk.acknowledged(id, externalIds, desk.clock.nowMs());

  return {
    async take(connection, body, raw) {
      const understood = understand(body, connection, desk.clock.nowMs());
      if (understood.status === 'refused') {
        desk.log.warn({ connectionId: connection.id, ...understood }, 'message of a grid operator refused');
        return understood;
      }
      const { externalId } = understood;
      const [verdict = { externalId, outcome: 'unchanged' as const }] = await desk.hear(
        connection.id,
        understood.change,
        raw,
      );
      if (verdict.outcome === 'refused')
        return { status: 'refused', field: 'body', why: verdict.why ?? 'was refused' };
      acknowledge(connection.id, [externalId]);
      return { status: 'heard', ...verdict };
    },

    async withdraw({ id }, externalId) {
      const [verdict] = await desk.hear(id, { kind: 'withdraw', externalIds: [externalId] }, '');
      acknowledge(id, [externalId]);
      return verdict ?? { externalId, outcome: 'unchanged' };
    },

    async takeSchedule(connection, { csv, name, kind, target }) {
      const found = connection.targets.find(
        ({ externalIds }) => target !== undefined && externalIds.includes(target),
      );
      const only =
        target === undefined && connection.targets.length === 1 ? connection.targets[0] : undefined;
      const place = (found ?? only)?.target;
      if (place === undefined)
        return {
          status: 'refused',
          faults: [{ line: 0, why: `"${target ?? ''}" is no target of ${connection.id}` }],
        };
      const { boundary } = connection;
      const read = schedule({ csv, target: place, boundary, kind, name, nowMs: desk.clock.nowMs() });
      if (read.status === 'refused') return read;
      const verdicts = await desk.hear(connection.id, { kind: 'update', limits: read.limits }, csv);
      const refused = verdicts.find(({ outcome }) => outcome === 'refused');
      if (refused !== undefined)
        return { status: 'refused', faults: [{ line: 0, why: refused.why ?? 'was refused' }] };
      acknowledge(
        connection.id,
        verdicts.map(({ externalId }) => externalId),
      );
      const count = (what: GridVerdict['outcome']) =>
        verdicts.filter(({ outcome }) => outcome === what).length;
      return { status: 'heard', accepted: count('accepted'), unchanged: count('unchanged') };
    },
  };
}
