import Type, { type Static } from 'typebox';
import { closed } from './closed.ts';
import { nullable } from './schemas.ts';

export const billedMonth = Type.Object(
  {
    month: Type.String(),
    begunAt: Type.String(),
    begunBy: Type.String(),
    closedAt: nullable(
      Type.String({ description: 'null: it is being billed, or was broken off: ask again' }),
    ),
    lines: Type.Integer({ description: 'CDRs on its bills' }),
    later: Type.Integer({ description: 'CDRs that ended after it' }),
    held: Type.Integer({ description: 'CDRs that a person must look at; they come again in the next month' }),
    heldCdrs: Type.Array(
      Type.Object(
        {
          cdr: Type.String(),
          why: Type.String(),
          code: Type.Optional(Type.String({ description: 'Which reason it is; it never changes' })),
          values: Type.Optional(Type.Record(Type.String(), Type.String())),
        },
        { ...closed, description: 'the first of them' },
      ),
    ),
  },
  { ...closed, description: 'A month of bills' },
);
export type BilledMonthBody = Static<typeof billedMonth>;

const amount = Type.String({ description: 'As it is to be paid, such as "10.63"' });

export const contractBill = Type.Object(
  {
    contract: Type.String({ description: 'The electricity contract' }),
    currency: Type.String(),
    charges: Type.Integer(),
    credits: Type.Integer({ description: 'Charges of this or an earlier bill that are taken back' }),
    energyKwh: Type.String({ description: 'Credits taken off' }),
    beforeTaxes: amount,
    taxes: amount,
    afterTaxes: amount,
  },
  { ...closed, description: 'What one contract owes for a month in one currency; below zero: gets back' },
);
export type ContractBillBody = Static<typeof contractBill>;
