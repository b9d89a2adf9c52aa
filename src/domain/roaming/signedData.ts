import type { SignedValue } from '../sessionFact.ts';
import type { SignedData } from './cdr.ts';

/** What a party may leave unsaid in a field that must be there [OCPI 2.2.1 types, string]. */
const unknown = '#NA';
const plainMax = 512;
const signedMax = 5_000;
const keyMax = 512;
/** A value every quarter of an hour for a day, and its first and last. */
const valuesMax = 100;

/** What a meter signed of a session, word for word; undefined where it signed nothing that a CDR can hold. */
export function signedDataOf(values: readonly SignedValue[]): SignedData | undefined {
  const fitting = values.filter(({ data }) => data.length <= signedMax);
  const told = [...fitting.slice(0, valuesMax - 1), ...fitting.slice(valuesMax - 1).slice(-1)];
  const [first] = told;
  if (first === undefined) return undefined;
  const publicKey = told.find((value) => (value.publicKey ?? '') !== '')?.publicKey;
  return {
    encodingMethod: (first.encodingMethod ?? (payloadOf(first.data) === undefined ? unknown : 'OCMF')).slice(
      0,
      36,
    ),
    ...(publicKey !== undefined && publicKey.length <= keyMax && { publicKey }),
    values: told.map(({ context, data }) => ({
      nature: natures[context ?? ''] ?? 'Intermediate',
      plainData: plainOf(data),
      signedData: data,
    })),
  };
}

/** By the context in which stations take values [OCPP 1.6, ReadingContext; OCPP 2.0.1, ReadingContextEnumType]. */
const natures: Readonly<Record<string, string>> = { 'Transaction.Begin': 'Start', 'Transaction.End': 'End' };

function plainOf(data: string): string {
  const payload = payloadOf(data) ?? unknown;
  return payload.length <= plainMax ? payload : unknown;
}

/** The readable middle of `OCMF|payload|signature`; undefined for what is in another form, as most of it is. */
const payloadOf = (data: string): string | undefined => /^OCMF\|(\{.*\})\|[^|]*$/s.exec(data)?.[1];
