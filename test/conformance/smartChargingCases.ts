/** 1.6, of the profile for smart charging. */
const of16 = ['TC_056', 'TC_057', 'TC_059', 'TC_066', 'TC_067'];

const numbered = (block: string, numbers: readonly number[]): readonly string[] =>
  numbers.map((number) => `TC_${block}_${String(number).padStart(2, '0')}`);

/** 2.0.1, and of 2.1 as well. */
const ofBoth = numbered(
  'K',
  [
    [1, 2, 3, 4, 5, 6, 8, 10, 15, 19],
    [29, 30, 31, 32, 33, 34, 35, 36, 37, 43, 44, 48, 50, 51, 52],
    [53, 55, 57, 58, 59, 60, 70],
  ].flat(),
);

/** Of 2.1 alone: smart charging, feeding back, grid support, and sessions that go on after an interruption. */
const of21 = [
  ...numbered('K', [100, 101, 102, 104, 106, 109, 113, 114, 115, 117, 118, 121, 126]),
  ...numbered('Q', [102, 103, 107, 108, 109, 110, 111, 112, 117, 120, 121, 124]),
  ...numbered('R', [107, 108]),
  ...['TC_E_117', 'TC_B_116'],
];

/** The cases of the Open Charge Alliance's compliance tests for a CSMS that concern smart charging, by version. */
export const listedCases: ReadonlyMap<string, readonly string[]> = new Map([
  ['v16', of16],
  ['v201', ofBoth],
  ['v21', [...ofBoth, ...of21]],
]);

const feedsBack = 'no car is asked to feed back: what it may feed back is only kept in the model';

/** What is not done, and why. */
export const leftOutCases: ReadonlyMap<string, string> = new Map([
  [
    'TC_K_10',
    'a default for all EVSEs together would take the place of the failsafe profiles that each has: kept back with 422',
  ],
  [
    'TC_K_104',
    'a priority profile would have to be counted all the time and taken away before each lower limit: docs/stations.md, Priority',
  ],
  [
    'TC_K_109',
    'ids of our profiles are fixed: at a station that keeps them for external constraints they are refused, and its EVSE counts as it is',
  ],
  ...numbered('Q', [102, 103, 107, 108, 109, 110, 111, 112, 117, 120, 121, 124]).map(
    (name) => [name, feedsBack] as const,
  ),
]);
