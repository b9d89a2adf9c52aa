import { parseArgs } from 'node:util';
import { instantMs } from '../domain/instant.ts';
import type { BilledPeriod } from '../domain/pricing/billedPeriod.ts';
import { thresholdsOf } from '../domain/pricing/restrictions.ts';
import { priceSession, type SessionPrice } from '../domain/pricing/sessionPrice.ts';
import type { PriceRules } from '../domain/pricing/tariff.ts';
import { type Rounding, roundingOf } from '../domain/pricing/words.ts';
import type { BilledPrice } from '../domain/roaming/common.ts';
import type { Tariff } from '../domain/roaming/tariff.ts';
import { type Codec, listOf } from '../ocpi/codec.ts';
import { codecsOf, FileError, jsonOf, type OcpiCodecs, readWire } from './ocpiFiles.ts';
import { differsFromBill, offerReport, priceReport } from './priceReport.ts';

const usage = `Usage: lastvakt price [--tariff FILE] [--session FILE] [options]
  --tariff FILE       an OCPI tariff, or a list of them; without one the tariffs inside a CDR count
  --session FILE      an OCPI session or CDR to price; without one the tariff is told in words
  --time-zone ZONE    the location's, such as Europe/Stockholm: hours and days of a tariff are meant there
  --at TIME           what a charge costs that starts then, such as 2026-11-21T18:00:00Z
  --ocpi VERSION      2.2.1 or 2.3.0; otherwise it is told by the files
  --decimals N        of the amounts; otherwise those of the currency. Ties are rounded up
  --expired           the session is a reservation that ran out
  --json              the receipt as JSON`;

/** What `lastvakt price …` prints, and its exit code: 1 when a CDR tells another total. Throws a `FileError`. */
export function priceCommand(args: readonly string[]): { readonly text: string; readonly code: number } {
  const options = optionsOf(args);
  if (options.help) return { text: usage, code: 0 };
  const tariffWire = options.tariff === undefined ? undefined : jsonOf(options.tariff);
  const sessionWire = options.session === undefined ? undefined : jsonOf(options.session);
  const codecs = codecsOf(options.ocpi, [tariffWire, sessionWire]);
  const told = tariffWire === undefined ? undefined : tariffsOf(tariffWire, codecs.tariff, options.tariff);
  if (sessionWire === undefined) {
    if (told === undefined) throw new FileError(`--tariff is needed, or --session with a CDR\n\n${usage}`);
    const start = options.at === undefined ? undefined : offerTime(options, told);
    return { text: offerReport(told, start), code: 0 };
  }
  const session = sessionOf(sessionWire, codecs, options.session);
  const price = priceOf(session, told ?? session.tariffs, options);
  const rounding = roundingFor(price, options.decimals);
  return {
    text: priceReport(price, rounding, session.bill, options.json),
    code: differsFromBill(price, rounding, session.bill) ? 1 : 0,
  };
}

// --- what is priced --------------------------------------------------------------------------------

/** What a session and a CDR have in common. */
interface Priceable {
  readonly startMs: number;
  readonly endMs: number | undefined;
  readonly periods: readonly BilledPeriod[];
  readonly tariffs: readonly Tariff[];
  /** What its maker says it costs. */
  readonly bill: BilledPrice | undefined;
}

function priceOf(session: Priceable, tariffs: readonly Tariff[], options: Options): SessionPrice {
  const { startMs, endMs, periods } = session;
  const timeZone = timeZoneFor(tariffs, options.timeZone);
  const reservationExpired = options.expired;
  const pricing = priceSession({ startMs, endMs, periods, tariffs, timeZone, reservationExpired });
  if (pricing.status === 'refused') throw new FileError(`${options.session}: ${pricing.reason}`);
  return pricing.price;
}

/** Only asked for where it matters: an OCPI session does not tell it. */
function timeZoneFor(tariffs: readonly PriceRules[], given: string | undefined): string {
  const matters = tariffs.some(({ elements }) => thresholdsOf(elements).minutesOfDay.length > 0);
  if (given === undefined && matters)
    throw new FileError('the tariff depends on the hour or the day: say --time-zone of the location');
  return given ?? 'UTC';
}

function offerTime(options: Options, tariffs: readonly Tariff[]): { atMs: number; timeZone: string } {
  const atMs = instantMs(options.at ?? '');
  if (atMs === undefined)
    throw new FileError(`--at is "${options.at}": give a time such as 2026-11-21T18:00:00Z`);
  return { atMs, timeZone: timeZoneFor(tariffs, options.timeZone) };
}

function roundingFor({ currency }: SessionPrice, decimals: string | undefined): Rounding {
  if (decimals !== undefined && !/^[0-8]$/.test(decimals))
    throw new FileError(`--decimals is "${decimals}": give a number from 0 to 8`);
  const usual = roundingOf(currency);
  return decimals === undefined ? usual : { ...usual, decimals: Number(decimals) };
}

// --- files -----------------------------------------------------------------------------------------

const tariffsOf = (wire: unknown, codec: Codec<Tariff>, file: string | undefined): readonly Tariff[] =>
  Array.isArray(wire) ? readWire(listOf(codec, 1), wire, file) : [readWire(codec, wire, file)];

function sessionOf(wire: unknown, codecs: OcpiCodecs, file: string | undefined): Priceable {
  const isCdr = typeof wire === 'object' && wire !== null && 'cdr_location' in wire;
  if (isCdr) {
    const { startedAtMs, endedAtMs, periods, tariffs, totalCost } = readWire(codecs.cdr, wire, file);
    return { startMs: startedAtMs, endMs: endedAtMs, periods, tariffs, bill: totalCost };
  }
  const { startedAtMs, endedAtMs, periods, totalCost } = readWire(codecs.session, wire, file);
  return { startMs: startedAtMs, endMs: endedAtMs, periods, tariffs: [], bill: totalCost };
}

// --- the command line ------------------------------------------------------------------------------

interface Options {
  readonly tariff: string | undefined;
  readonly session: string | undefined;
  readonly timeZone: string | undefined;
  readonly at: string | undefined;
  readonly ocpi: string | undefined;
  readonly decimals: string | undefined;
  readonly expired: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

function optionsOf(args: readonly string[]): Options {
  const string = { type: 'string' } as const;
  const boolean = { type: 'boolean' } as const;
  const types = {
    ...{ tariff: string, session: string, 'time-zone': string, at: string, ocpi: string, decimals: string },
    ...{ expired: boolean, json: boolean, help: boolean },
  };
  try {
    const { values } = parseArgs({ args: [...args], options: types, allowPositionals: false });
    const { tariff, session, at, ocpi, decimals, expired = false, json = false, help = false } = values;
    return { tariff, session, timeZone: values['time-zone'], at, ocpi, decimals, expired, json, help };
  } catch (error) {
    throw new FileError(`${error instanceof Error ? error.message : error}\n\n${usage}`);
  }
}
