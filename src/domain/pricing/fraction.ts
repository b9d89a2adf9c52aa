/**
 * An exact number. Decimals alone are not enough for prices: 20 minutes at 1.00 an hour is a third, and so is a
 * price before 21 % tax. Nothing is rounded before somebody says how, so that sums, taxes and splits agree exactly.
 */
export interface Fraction {
  readonly numerator: bigint;
  /** Above zero; not always in lowest terms. */
  readonly denominator: bigint;
}

/** `half-even` is the banker's: a tie goes to the even digit, so that many ties cancel out. */
export type RoundingMode = 'half-up' | 'half-even';

export const zero: Fraction = { numerator: 0n, denominator: 1n };
export const one: Fraction = { numerator: 1n, denominator: 1n };

const decimalForm = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d{1,3}))?$/;

/**
 * The number that a decimal text or a number of JSON says. JSON's 0.1 is a tenth here: it is read through its
 * shortest decimal text, not through the binary number beside it. Throws a RangeError for text that is no decimal.
 */
export function fraction(value: number | string): Fraction {
  const [match, sign, whole = '', decimals = '', exponent = '0'] = decimalForm.exec(String(value)) ?? [];
  if (match === undefined) throw new RangeError(`"${value}" is no decimal number`);
  const digits = BigInt(`${sign}${whole}${decimals}`);
  const scale = decimals.length - Number(exponent);
  return scale >= 0
    ? { numerator: digits, denominator: 10n ** BigInt(scale) }
    : { numerator: digits * 10n ** BigInt(-scale), denominator: 1n };
}

/** A ratio of two whole numbers. */
export const ratio = (numerator: number, denominator: number): Fraction => ({
  numerator: BigInt(numerator),
  denominator: BigInt(denominator),
});

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.denominator === b.denominator)
    return { numerator: a.numerator + b.numerator, denominator: a.denominator };
  // Decimals, nearly always: the finer one's denominator is a multiple of the other's, and numbers stay small.
  if (a.denominator % b.denominator === 0n)
    return {
      numerator: a.numerator + b.numerator * (a.denominator / b.denominator),
      denominator: a.denominator,
    };
  if (b.denominator % a.denominator === 0n) return plus(b, a);
  return lowestTerms({
    numerator: a.numerator * b.denominator + b.numerator * a.denominator,
    denominator: a.denominator * b.denominator,
  });
}

export const minus = (a: Fraction, b: Fraction): Fraction =>
  plus(a, { numerator: -b.numerator, denominator: b.denominator });

export const negative = ({ numerator, denominator }: Fraction): Fraction => ({
  numerator: -numerator,
  denominator,
});

export const times = (a: Fraction, b: Fraction): Fraction =>
  lowestTerms({ numerator: a.numerator * b.numerator, denominator: a.denominator * b.denominator });

/** Throws a RangeError for a divisor of zero. */
export function dividedBy(a: Fraction, b: Fraction): Fraction {
  if (b.numerator === 0n) throw new RangeError('a fraction cannot be divided by zero');
  const sign = b.numerator < 0n ? -1n : 1n;
  return lowestTerms({
    numerator: sign * a.numerator * b.denominator,
    denominator: sign * b.numerator * a.denominator,
  });
}

/** Below zero when `a` is less than `b`, zero when they are equal, above zero when it is more. */
export function compare(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

export const sum = (all: Iterable<Fraction>): Fraction => {
  let total = zero;
  for (const each of all) total = plus(total, each);
  return total;
};

/** The next multiple of `step` that is not below the value. */
export function roundedUpTo(step: Fraction, value: Fraction): Fraction {
  const { numerator, denominator } = dividedBy(value, step);
  const steps = numerator / denominator + (numerator % denominator > 0n ? 1n : 0n);
  return times({ numerator: steps, denominator: 1n }, step);
}

/** The nearest number with so many decimals. */
export function rounded(value: Fraction, decimals: number, mode: RoundingMode = 'half-up'): Fraction {
  const scale = 10n ** BigInt(decimals);
  const { numerator, denominator } = value;
  const isNegative = numerator < 0n;
  const scaled = (isNegative ? -numerator : numerator) * scale;
  const floor = scaled / denominator;
  const twice = 2n * (scaled % denominator);
  const isUp = twice > denominator || (twice === denominator && (mode === 'half-up' || floor % 2n === 1n));
  const nearest = floor + (isUp ? 1n : 0n);
  return { numerator: isNegative ? -nearest : nearest, denominator: scale };
}

/** As decimal text with exactly so many decimals, rounded half up. */
export function decimalText(value: Fraction, decimals: number): string {
  const { numerator } = rounded(value, decimals);
  const digits = String(numerator < 0n ? -numerator : numerator).padStart(decimals + 1, '0');
  const sign = numerator < 0n ? '-' : '';
  return decimals === 0
    ? `${sign}${digits}`
    : `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

/** As short decimal text: at most so many decimals, without zeros at the end. */
export function shortText(value: Fraction, decimalsMax = 4): string {
  const text = decimalText(value, decimalsMax);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

function lowestTerms(value: Fraction): Fraction {
  const { numerator, denominator } = value;
  let [a, b] = [numerator < 0n ? -numerator : numerator, denominator];
  while (b !== 0n) [a, b] = [b, a % b];
  return a <= 1n ? value : { numerator: numerator / a, denominator: denominator / a };
}
