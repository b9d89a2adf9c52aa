import { type Audit, type AuditResult, startAudit } from '../../solver/audit.ts';
import type { Clock } from '../control/ports.ts';
import type { Logger } from '../log.ts';

/** Rounding in two different ways of solving; anything above is a fault in one of them. */
const auditToleranceAmps = 0.01;

/** Solves some ticks again with GLPK in a thread of its own. `onDifference` hears of an answer that was not the tick's. */
export const startTickAudit = (clock: Clock, log: Logger, onDifference: (detail: string) => void): Audit =>
  startAudit({
    after: (delayMs, callback) => clock.after(delayMs, callback),
    onResult: (result) => judge(result, log, onDifference),
  });

function judge(result: AuditResult, log: Logger, onDifference: (detail: string) => void): void {
  if (result.status === 'failed') {
    log.warn({ why: result.reason }, 'tick could not be audited');
    return;
  }
  if (result.differenceAmps <= auditToleranceAmps) {
    log.debug({ result }, 'tick audited');
    return;
  }
  log.error({ result }, 'allocation differs from GLPK');
  onDifference(
    `GLPK gives ${result.evse} ${result.differenceAmps.toFixed(2)} A more or less than the tick did`,
  );
}
