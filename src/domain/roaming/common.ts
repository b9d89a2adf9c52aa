import type { Fraction } from '../pricing/fraction.ts';

/** Who owns an object of OCPI: a party of a country. Case means nothing in either. */
export interface Party {
  readonly countryCode: string;
  readonly partyId: string;
}

/** What names an object of a party among those of all parties: case means nothing in it. */
export const partyKey = ({ countryCode, partyId }: Party, ...names: readonly string[]): string =>
  [countryCode, partyId, ...names].map((part) => part.toUpperCase()).join('/');

export interface DisplayText {
  /** ISO 639-1. */
  readonly language: string;
  readonly text: string;
}

/** An amount that a party has billed or will bill: rounded already, not to be computed again. */
export interface BilledPrice {
  readonly beforeTaxes: Fraction;
  /** Empty where the party told none, which is not a tax of zero. */
  readonly taxes: readonly BilledTax[];
}

export interface BilledTax {
  readonly name: string;
  readonly accountNumber?: string;
  readonly percentage?: Fraction;
  readonly amount: Fraction;
}

export interface EnergyMix {
  readonly isGreenEnergy: boolean;
  readonly sources: readonly { readonly source: EnergySource; readonly percentage: Fraction }[];
  readonly impacts: readonly { readonly category: EnvironmentalImpact; readonly amount: Fraction }[];
  readonly supplierName?: string;
  readonly productName?: string;
}

export const energySources = [
  'NUCLEAR',
  'GENERAL_FOSSIL',
  'COAL',
  'GAS',
  'GENERAL_GREEN',
  'SOLAR',
  'WIND',
  'WATER',
] as const;
export type EnergySource = (typeof energySources)[number];

export type EnvironmentalImpact = 'NUCLEAR_WASTE' | 'CARBON_DIOXIDE';

export interface BusinessDetails {
  readonly name: string;
  readonly website?: string;
  readonly logo?: Image;
}

export interface Image {
  readonly url: string;
  readonly thumbnailUrl?: string;
  /** `LOCATION`, `ENTRANCE` and the like: see the version's ImageCategory. */
  readonly category: string;
  readonly type: string;
  readonly widthPixels?: number;
  readonly heightPixels?: number;
}
