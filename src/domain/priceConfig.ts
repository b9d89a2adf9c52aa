import Type, { type Static } from 'typebox';
import type { LocalWindow } from './localTime.ts';
import type { KwhTable, PeakTariff, PriceTable } from './prices.ts';

// Prices and power charges as the config says them.

const closed = { additionalProperties: false };
const weekdays = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

const time = (description: string, byDefault: string) =>
  Type.String({ pattern: '^([01]\\d|2[0-3]):[0-5]\\d$', default: byDefault, description });
const weekday = Type.Enum([...weekdays]);
const currency = Type.String({ pattern: '^[A-Z]{3}$', description: 'ISO 4217, such as SEK' });
const price = (description: string) => Type.Number({ minimum: -10_000, maximum: 10_000, description });

const localWindow = {
  months: Type.Array(Type.Integer({ minimum: 1, maximum: 12 }), {
    default: [],
    maxItems: 12,
    uniqueItems: true,
    description: 'numbers from 1; left away: all',
  }),
  weekdays: Type.Array(weekday, {
    default: [],
    maxItems: 7,
    uniqueItems: true,
    description: 'on which it begins; left away: all',
  }),
  from: time("in the site's time zone", '00:00'),
  until: time('not included; at or before from: of the next day', '00:00'),
};

export const priceConfig = Type.Object(
  {
    currency,
    perKwh: price('where no rule applies and nobody told the price of the hour'),
    rules: Type.Array(
      Type.Object({ ...localWindow, perKwh: price('of the first rule that applies') }, closed),
      { default: [], maxItems: 100 },
    ),
  },
  { ...closed, description: 'what energy costs when: cars with a departure wait for cheap hours' },
);

const grams = (description: string) => Type.Number({ minimum: 0, maximum: 10_000, description });

export const emissionsConfig = Type.Object(
  {
    gramsPerKwh: grams('of CO2, where no rule applies'),
    rules: Type.Array(
      Type.Object({ ...localWindow, gramsPerKwh: grams('of the first rule that applies') }, closed),
      {
        default: [],
        maxItems: 100,
      },
    ),
  },
  {
    ...closed,
    description: 'how clean energy is when: cars of drivers who prefer green energy wait for those hours',
  },
);

export const peakTariffConfig = Type.Object(
  {
    currency,
    perKw: Type.Number({
      exclusiveMinimum: 0,
      maximum: 100_000,
      description: 'a month, on the mean of the highest hours of the grid connection',
    }),
    highestHours: Type.Integer({
      default: 3,
      minimum: 1,
      maximum: 31,
      description: 'how many count, each of another day',
    }),
    ...localWindow,
  },
  { ...closed, description: 'a charge on power: cars with a departure keep the highest hours down' },
);

export const priceTableOf = ({ currency, perKwh, rules }: Static<typeof priceConfig>): PriceTable => ({
  currency,
  perKwh,
  rules: rules.map((rule) => ({ ...windowOf(rule), perKwh: rule.perKwh })),
});

export const emissionsOf = ({ gramsPerKwh, rules }: Static<typeof emissionsConfig>): KwhTable => ({
  perKwh: gramsPerKwh / 1000,
  rules: rules.map((rule) => ({ ...windowOf(rule), perKwh: rule.gramsPerKwh / 1000 })),
});

export const peakTariffOf = (tariff: Static<typeof peakTariffConfig>): PeakTariff => ({
  currency: tariff.currency,
  perKw: tariff.perKw,
  highestHours: tariff.highestHours,
  ...windowOf(tariff),
});

const windowOf = (
  window: Pick<Static<typeof peakTariffConfig>, 'months' | 'weekdays' | 'from' | 'until'>,
): LocalWindow => ({
  months: window.months,
  weekdays: window.weekdays.map((name) => weekdays.indexOf(name) + 1),
  fromMinute: minuteOf(window.from),
  untilMinute: minuteOf(window.until),
});

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return 60 * hours + minutes;
}
