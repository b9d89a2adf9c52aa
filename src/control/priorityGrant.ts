import type { EvseRecord } from './evseRecord.ts';
import type { ExposureLedger } from './exposure.ts';

export interface PriorityGrant<Answer> {
  readonly record: EvseRecord;
  readonly ledger: Pick<ExposureLedger, 'isOverridden'>;
  /** Puts it into the site state, as if the station had told it. */
  tell(isActive: boolean): void;
  /** Durable when it resolves. */
  keep(isActive: boolean): Promise<void>;
  ask(): Promise<Answer>;
  /** Whether it is certain that nothing changed at the station. */
  isRefused(answer: Answer): boolean;
}

/**
 * Asks a station to give a session priority. It counts as given, on disk, from before the station is asked until it is
 * certain that it is not.
 */
export async function askForPriority<Answer>({
  record,
  ledger,
  tell,
  keep,
  ask,
  isRefused,
}: PriorityGrant<Answer>): Promise<Answer> {
  tell(true);
  try {
    await keep(true);
  } catch (error) {
    // Never asked, so nothing is in force.
    tell(false);
    throw error;
  }
  const { priorityChanges } = record;
  const answer = await ask();
  if (!isRefused(answer)) {
    // An end that was asked for meanwhile came before it.
    if (!ledger.isOverridden(record.evse.id)) tell(true);
  } else if (record.priorityChanges === priorityChanges) {
    // What the station itself said meanwhile goes before its refusal.
    tell(false);
    await keep(false);
  }
  return answer;
}
