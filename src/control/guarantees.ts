import { loadCount } from '../domain/supply.ts';
import type { EvseNow } from './evseNow.ts';

/**
 * What the session of an EVSE is to have at least, as far as its car takes it: a current that can be set. 0 where nothing is
 * guaranteed now.
 */
export function guaranteedAmps({ at, record, capAmps, isPlanned }: EvseNow, nowMs: number): number {
  const { evse, session, traits } = record;
  const { guaranteedWatts, guaranteedUntilMs = Number.NEGATIVE_INFINITY } = session ?? {};
  if (!isPlanned || guaranteedWatts === undefined || nowMs >= guaranteedUntilMs) return 0;
  const { supply } = at.site;
  // A car that uses fewer phases is owed no more current for it: more was never counted on.
  const exact = guaranteedWatts / (loadCount(supply, evse.wiring) * supply.phaseVolts);
  const { stepAmps } = traits;
  const settable = stepAmps > 0 ? Math.ceil(exact / stepAmps - 1e-9) * stepAmps : exact;
  const amps = Math.min(capAmps, Math.max(evse.minAmps, settable));
  return amps < evse.minAmps ? 0 : amps;
}
