import { minus, plus, sum } from '../../domain/pricing/fraction.ts';
import type { PriceBound } from '../../domain/pricing/tariff.ts';
import {
  type BilledPrice,
  type BilledTax,
  type BusinessDetails,
  type DisplayText,
  type EnergyMix,
  type EnvironmentalImpact,
  energySources,
  type Image,
} from '../../domain/roaming/common.ts';
import {
  type Codec,
  type Field,
  list,
  mapped,
  type ObjectCodec,
  object,
  optional,
  required,
} from '../codec.ts';
import { ciString, code, decimal, flag, integer, oneOf, text, url } from '../values.ts';

/** What differs between the versions in many objects at once. */
export interface Dialect {
  /** An enum that is open in 2.3.0 and closed before. */
  readonly word: (known: readonly string[]) => Codec<string>;
  readonly price: Codec<BilledPrice>;
  readonly priceBound: Codec<PriceBound>;
}

export const party: {
  readonly countryCode: Field<string>;
  readonly partyId: Field<string>;
} = {
  countryCode: required('country_code', ciString(2)),
  partyId: required('party_id', ciString(3)),
};

export const displayText = object<DisplayText>({
  language: required('language', code(2)),
  text: required('text', text(512)),
});

const environmentalImpacts: readonly [EnvironmentalImpact, ...EnvironmentalImpact[]] = [
  'NUCLEAR_WASTE',
  'CARBON_DIOXIDE',
];

export const energyMix = object<EnergyMix>({
  isGreenEnergy: required('is_green_energy', flag),
  sources: list(
    'energy_sources',
    object<EnergyMix['sources'][number]>({
      source: required('source', oneOf(energySources)),
      percentage: required('percentage', decimal(0)),
    }),
  ),
  impacts: list(
    'environ_impact',
    object<EnergyMix['impacts'][number]>({
      category: required('category', oneOf(environmentalImpacts)),
      amount: required('amount', decimal()),
    }),
  ),
  supplierName: optional('supplier_name', text(64)),
  productName: optional('energy_product_name', text(64)),
});

/** 2.2.1 tells an amount with and without VAT; the VAT is what lies between. */
export const priceWithVat = mapped<PriceBound, BilledPrice>(
  object<PriceBound>({
    beforeTaxes: required('excl_vat', decimal()),
    afterTaxes: optional('incl_vat', decimal()),
  }),
  ({ beforeTaxes, afterTaxes }) => ({
    beforeTaxes,
    taxes: afterTaxes === undefined ? [] : [{ name: 'VAT', amount: minus(afterTaxes, beforeTaxes) }],
  }),
  ({ beforeTaxes, taxes }) =>
    taxes.length === 0
      ? { beforeTaxes }
      : { beforeTaxes, afterTaxes: plus(beforeTaxes, sum(taxes.map(({ amount }) => amount))) },
);

/** 2.3.0 tells an amount and each tax on it. */
export const priceWithTaxes = object<BilledPrice>({
  beforeTaxes: required('before_taxes', decimal()),
  taxes: list(
    'taxes',
    object<BilledTax>({
      name: required('name', text(255)),
      accountNumber: optional('account_number', text(255)),
      percentage: optional('percentage', decimal()),
      amount: required('amount', decimal()),
    }),
  ),
});

/** What 2.2.1 knows. */
export const tokenTypes: readonly string[] = ['AD_HOC_USER', 'APP_USER', 'OTHER', 'RFID'];

const imageCategories: readonly string[] = [
  'CHARGER',
  'ENTRANCE',
  'LOCATION',
  'NETWORK',
  'OPERATOR',
  'OTHER',
  'OWNER',
];

export const image = ({ word }: Dialect): ObjectCodec<Image> =>
  object<Image>({
    url: required('url', url),
    thumbnailUrl: optional('thumbnail', url),
    category: required('category', word(imageCategories)),
    type: required('type', ciString(4)),
    widthPixels: optional('width', integer(0)),
    heightPixels: optional('height', integer(0)),
  });

export const businessDetails = (dialect: Dialect): ObjectCodec<BusinessDetails> =>
  object<BusinessDetails>({
    name: required('name', text(100)),
    website: optional('website', url),
    logo: optional('logo', image(dialect)),
  });
