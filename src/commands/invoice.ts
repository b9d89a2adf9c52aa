import { parseArgs } from 'node:util';
import { linesOfRun, runCsv, runJson } from '../app/ocpi/invoiceForms.ts';
import { invoicePage, type PageLanguage, pageLanguages } from '../app/ocpi/invoicePage.ts';
import { type BillingRun, billingRun } from '../domain/billing/billingRun.ts';
import type { BillingPolicy, InvoiceLine } from '../domain/billing/invoice.ts';
import { type BillingMonth, billingMonth } from '../domain/billing/month.ts';
import { isTimeZone } from '../domain/localTime.ts';
import { fraction, type RoundingMode } from '../domain/pricing/fraction.ts';
import type { Cdr } from '../domain/roaming/cdr.ts';
import type { CdrToken } from '../domain/roaming/session.ts';
import { listOf } from '../ocpi/codec.ts';
import { codecsOf, FileError, jsonOf, readWire } from './ocpiFiles.ts';

const usage = `Usage: lastvakt invoice --month 2026-10 --time-zone ZONE --cdrs FILE... [options]
  --month MONTH       what ended by the end of this month and is on no bill before is billed
  --time-zone ZONE    where the month begins and ends, such as Europe/Stockholm
  --cdrs FILE         a list of OCPI CDRs (2.2.1 or 2.3.0), credit CDRs among them; may be repeated
  --billed FILE       a run before, as --form json wrote it; may be repeated. Without them everything is billed
  --tokens FILE       a list of OCPI tokens: the energy_contract of each says on which contract its charges go
  --vat PERCENT       put on the amounts before taxes; otherwise the taxes are those that the CDRs tell
  --round line|invoice   line: each line is payable, totals are sums (default); invoice: only totals are rounded
  --ties half-up|half-even   (default half-up)
  --form json|csv|html   json (default) is also what --billed reads; html is a page to print, a sheet for each contract
  --seller NAME       on the page; --language sv|en of the page (default sv)
  --ocpi VERSION      2.2.1 or 2.3.0; otherwise it is told by each file
The exit code is 1 when a CDR was held back: standard error says which, and why.`;

/** What `lastvakt invoice …` prints: `text` for standard output, `notes` for standard error. Throws a `FileError`. */
export function invoiceCommand(args: readonly string[]): {
  readonly text: string;
  readonly notes: readonly string[];
  readonly code: number;
} {
  const options = optionsOf(args);
  if (options.help) return { text: usage, notes: [], code: 0 };
  const month = monthOf(options);
  const policy = policyOf(options);
  const { cdrs, unreadable } = cdrsOf(options);
  const billed = options.billed.flatMap(billedLines);
  const run = billingRun({ month, policy, cdrs, billed, contractOf: contractsOf(options) });
  const held = run.held.map(
    ({ countryCode, partyId, cdrId, why }) => `${countryCode} ${partyId} CDR ${cdrId} ${why}`,
  );
  const notes = [...unreadable, ...held];
  return { text: formOf(run, policy, unreadable, options), notes, code: notes.length === 0 ? 0 : 1 };
}

function formOf(
  run: BillingRun,
  policy: BillingPolicy,
  unreadable: readonly string[],
  { form, seller, language, timeZone }: Options,
): string {
  switch (form) {
    case 'json':
      return runJson(run, policy, unreadable);
    case 'csv':
      return runCsv(run);
    case 'html':
      return invoicePage(run.invoices, { seller, language, timeZone });
  }
}

function monthOf({ month: name, timeZone }: Options): BillingMonth {
  if (!isTimeZone(timeZone))
    throw new FileError(`--time-zone is "${timeZone}": give an IANA name such as Europe/Stockholm`);
  const month = billingMonth(name, timeZone);
  if (month === undefined) throw new FileError(`--month is "${name}": give a month such as 2026-10`);
  return month;
}

function policyOf({ vat, roundedPer, ties }: Options): BillingPolicy {
  if (vat !== undefined && !/^\d{1,3}(\.\d{1,4})?$/.test(vat))
    throw new FileError(`--vat is "${vat}": give a percentage such as 25 or 12.5`);
  return { vatPercent: vat === undefined ? undefined : fraction(vat), roundedPer, mode: ties };
}

/** A record that cannot be read does not keep the others from being billed; it is told, by file and place. */
function cdrsOf({ cdrs: files, ocpi }: Options): {
  readonly cdrs: readonly Cdr[];
  readonly unreadable: readonly string[];
} {
  const cdrs: Cdr[] = [];
  const unreadable: string[] = [];
  for (const file of files) {
    const wire = jsonOf(file);
    if (!Array.isArray(wire)) throw new FileError(`${file} is no list of CDRs`);
    const { cdr } = codecsOf(ocpi, wire);
    for (const [index, each] of wire.entries()) {
      try {
        cdrs.push(readWire(cdr, each, `${file}, record ${index + 1},`));
      } catch (error) {
        if (!(error instanceof FileError)) throw error;
        unreadable.push(error.message);
      }
    }
  }
  return { cdrs, unreadable };
}

function billedLines(file: string): readonly InvoiceLine[] {
  const read = linesOfRun(jsonOf(file));
  if (!('faults' in read)) return read;
  const faults = read.faults.map(({ path, message }) => `  ${path} ${message}`);
  throw new FileError(`${file} is no run that lastvakt invoice --form json wrote:\n${faults.join('\n')}`);
}

/** The electricity contract of a token; the token's own contract where none is told. */
function contractsOf({ tokens: file, ocpi }: Options): (token: CdrToken) => string {
  if (file === undefined) return ({ contractId }) => contractId;
  const wire = jsonOf(file);
  const tokens = readWire(listOf(codecsOf(ocpi, [wire]).token, 1), wire, file);
  const keyOf = ({ countryCode, partyId, uid, type }: Omit<CdrToken, 'contractId'>): string =>
    JSON.stringify([countryCode, partyId, uid, type]).toLowerCase();
  const contracts = new Map(
    tokens.map((token) => [keyOf(token), token.energyContract?.contractId ?? token.contractId]),
  );
  return (token) => contracts.get(keyOf(token)) ?? token.contractId;
}

// --- the command line ------------------------------------------------------------------------------

interface Options {
  readonly month: string;
  readonly timeZone: string;
  readonly cdrs: readonly string[];
  readonly billed: readonly string[];
  readonly tokens: string | undefined;
  readonly vat: string | undefined;
  readonly roundedPer: BillingPolicy['roundedPer'];
  readonly ties: RoundingMode;
  readonly form: 'json' | 'csv' | 'html';
  readonly seller: string;
  readonly language: PageLanguage;
  readonly ocpi: string | undefined;
  readonly help: boolean;
}

function optionsOf(args: readonly string[]): Options {
  const values = parsedArgs(args);
  const isHelp = values.help === true;
  const needed = (name: 'month' | 'time-zone'): string => {
    const value = values[name];
    if (value === undefined && !isHelp) throw new FileError(`--${name} is needed\n\n${usage}`);
    return value ?? '';
  };
  const { cdrs = [], billed = [], tokens, vat, seller = 'Lastvakt', ocpi } = values;
  if (cdrs.length === 0 && !isHelp) throw new FileError(`--cdrs is needed\n\n${usage}`);
  return {
    ...{ month: needed('month'), timeZone: needed('time-zone'), cdrs, billed, tokens, vat, seller, ocpi },
    roundedPer: oneOf('round', values.round, ['line', 'invoice']),
    ties: oneOf('ties', values.ties, ['half-up', 'half-even']),
    form: oneOf('form', values.form, ['json', 'csv', 'html']),
    language: oneOf('language', values.language, pageLanguages),
    help: isHelp,
  };
}

function parsedArgs(args: readonly string[]) {
  const text = { type: 'string' } as const;
  const texts = { type: 'string', multiple: true } as const;
  const options = {
    ...{ month: text, 'time-zone': text, cdrs: texts, billed: texts, tokens: text, vat: text, round: text },
    ...{
      ties: text,
      form: text,
      seller: text,
      language: text,
      ocpi: text,
      help: { type: 'boolean' } as const,
    },
  };
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    throw new FileError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}

/** The first is meant where nothing is said. */
function oneOf<Word extends string>(
  option: string,
  said: string | undefined,
  words: readonly [Word, ...Word[]],
): Word {
  const found = said === undefined ? words[0] : words.find((word) => word === said);
  if (found === undefined) throw new FileError(`--${option} is "${said}": say ${words.join(' or ')}`);
  return found;
}
