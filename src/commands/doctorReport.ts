/** What the doctor looked at. */
export const examined = [
  'config',
  'failsafe budget',
  'clock',
  'certificates',
  'database',
  'time series',
  'broker',
  'meters',
  'service',
  'stations',
] as const;

/** One thing that was looked at: it is well, worth a look, or wrong. */
export interface Finding {
  readonly about: (typeof examined)[number];
  readonly verdict: 'well' | 'look' | 'wrong';
  readonly what: string;
  /** What a person should do about it. */
  readonly todo?: string;
}

const aboutWidth = Math.max(...examined.map((about) => about.length));

/** The findings for people, in the order in which things are looked at, and how many of them are wrong. */
export function doctorReport(findings: readonly Finding[]): string {
  const lines = examined.flatMap((about) =>
    findings.filter((finding) => finding.about === about).flatMap(findingLines),
  );
  const count = (verdict: Finding['verdict']): number =>
    findings.filter((finding) => finding.verdict === verdict).length;
  const [wrong, look] = [count('wrong'), count('look')];
  const sum = wrong + look === 0 ? 'All is well.' : `${wrong} wrong, ${look} worth a look.`;
  return [...lines, '', sum].join('\n');
}

function findingLines({ about, verdict, what, todo }: Finding): readonly string[] {
  const line = `${verdict.padEnd(5)}  ${about.padEnd(aboutWidth)}  ${what}`;
  return todo === undefined ? [line] : [line, `${' '.repeat(aboutWidth + 9)}-> ${todo}`];
}

/** Clocks that are further apart than this are wrong: leases and limits are told by the clock. */
const skewMaxMs = 2_000;

/** `whose` clock tells another time than ours. */
export const clockFinding = (whose: string, aheadMs: number): Finding =>
  Math.abs(aheadMs) <= skewMaxMs
    ? { about: 'clock', verdict: 'well', what: `agrees with ${whose}` }
    : {
        ...{ about: 'clock', verdict: 'wrong' },
        what: `${whose} is ${(Math.abs(aheadMs) / 1000).toFixed(1)} s ${aheadMs > 0 ? 'ahead of' : 'behind'} us`,
        todo: 'let both machines keep time by NTP (timedatectl shows whether they do)',
      };
