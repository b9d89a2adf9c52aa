import type { GridBook } from '../control/gridBook.ts';
import type { NodeFlow } from '../control/nodePower.ts';
import type { HeardGridLimit } from '../domain/bindingLimits.ts';
import { caps, isInForce, limitedNode } from '../domain/gridLimit.ts';
import type { AreaId, CircuitId, LimitId } from '../domain/ids.ts';
import type { Evidence } from './evidenceQueue.ts';
import type { GridProgress } from './gridPorts.ts';

/** A limit on what is fed in: nothing here generates, so it cannot be kept by us. It is watched, and what breaks it told. */
export interface ExportLimits {
  /** After every tick. */
  follow(nowMs: number): void;
  onProgress(listener: (progress: GridProgress) => void): () => void;
}

/** What a sender hears of one. */
export const notControllable = 'kept on record: nothing here generates, so feeding in cannot be controlled';

/** What a meter may show above a limit that is kept [IEC 62053-21, class 1]. */
const toleranceShare = 0.01;
const nothingWatts = 1;

export function exportLimits(grid: GridBook, onEvidence: (entry: Evidence) => void): ExportLimits {
  const listeners = new Set<(progress: GridProgress) => void>();
  let told: ReadonlySet<LimitId> = new Set();

  const tell = ({ terms }: HeardGridLimit, node: CircuitId | AreaId, watts: number, atMs: number): void => {
    const { connectionId, externalId } = terms;
    const why = `${Math.round(-watts)} W are fed in, and nothing here can lower that`;
    const phase = 'infeasible';
    const progress = { connectionId, externalId, phase, atMs, measuredWatts: watts, why } as const;
    onEvidence({ atMs, kind: 'progress', connectionId, node, externalId, body: progress });
    for (const listener of listeners) listener(progress);
  };

  return {
    follow(nowMs) {
      const broken = new Set<LimitId>();
      for (const { id, targets } of grid.connections) {
        for (const { target } of targets) {
          const node = limitedNode(target);
          const flow = grid.flow(node);
          if (flow === undefined || flow.quality !== 'measured' || flow.watts >= 0) continue;
          for (const limit of grid.limitsAt(id, node)) {
            if (!isExportCap(limit) || !isInForce(limit, nowMs) || !isOver(limit, flow)) continue;
            broken.add(limit.id);
            if (!told.has(limit.id)) tell(limit, node, flow.watts, nowMs);
          }
        }
      }
      told = broken;
    },
    onProgress(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

const isExportCap = ({ terms }: HeardGridLimit): boolean =>
  terms.direction === 'export' && terms.kind === 'cap' && terms.role === 'event';

function isOver({ value }: HeardGridLimit, { watts, phaseVolts }: NodeFlow): boolean {
  const most = caps(value);
  const capWatts = Math.min(most.watts, most.amps.reduce((sum, amps) => sum + amps, 0) * phaseVolts);
  return -watts - capWatts > Math.max(nothingWatts, capWatts * toleranceShare);
}
