import { parseArgs } from 'node:util';
import { loadConfig } from '../config/config.ts';
import { createLogger } from '../log.ts';
import { verifyAuditIn } from '../store/auditChain.ts';
import { verifyEvidenceIn } from '../store/evidenceChain.ts';
import { CommandError } from './commandError.ts';

const chains = { evidence: verifyEvidenceIn, audit: verifyAuditIn } as const;

const usage = `Usage:
  lastvakt evidence verify --config FILE [--noted HASH]   the record for grid operators
  lastvakt audit verify --config FILE [--noted HASH]      the record of changes
With --noted, the hash that an earlier verification printed has to be in the chain still. Ends with 1 where something was
changed, removed, put in another order or cut off.`;

/** What `lastvakt evidence` and `lastvakt audit` print, and whether the chain is whole. */
export async function chainCommand(
  name: keyof typeof chains,
  [action, ...rest]: readonly string[],
): Promise<{ readonly text: string; readonly isWhole: boolean }> {
  if (action !== 'verify') throw new CommandError(`say: lastvakt ${name} verify`, usage);
  const { config: file, noted } = optionsOf(rest);
  if (file === undefined) throw new CommandError('--config is needed', usage);
  const { config } = loadConfig(file, process.env);
  const verdict = await chains[name](config.database.url, createLogger('error'), noted);
  const { records } = verdict;
  return verdict.status === 'whole'
    ? { isWhole: true, text: `whole: ${records} records, the last with hash ${verdict.lastHash}` }
    : {
        isWhole: false,
        text: `broken at record ${verdict.brokenAt}: ${verdict.why} (${records} records before it are whole)`,
      };
}

function optionsOf(rest: readonly string[]) {
  try {
    const one = { type: 'string' } as const;
    return parseArgs({ args: [...rest], options: { config: one, noted: one } }).values;
  } catch (error) {
    throw new CommandError(error instanceof Error ? error.message : String(error), usage);
  }
}
