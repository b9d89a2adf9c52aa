import Type, { type Static } from 'typebox';
import type { ChainVerdict } from '../domain/chainVerdict.ts';

/** Whether a record that is a chain of hashes was tampered with. */
export const verification = Type.Object(
  {
    isWhole: Type.Boolean(),
    records: Type.Integer({ description: 'that were found whole' }),
    lastHash: Type.Union([Type.String(), Type.Null()]),
    brokenAt: Type.Union([Type.Integer(), Type.Null()]),
    why: Type.Union([Type.String(), Type.Null()]),
  },
  { additionalProperties: false },
);

export type VerificationBody = Static<typeof verification>;

export const verificationBody = (verdict: ChainVerdict): VerificationBody =>
  verdict.status === 'whole'
    ? { isWhole: true, records: verdict.records, lastHash: verdict.lastHash, brokenAt: null, why: null }
    : {
        isWhole: false,
        records: verdict.records,
        lastHash: null,
        brokenAt: verdict.brokenAt,
        why: verdict.why,
      };
