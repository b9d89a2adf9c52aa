import type { BundleHeader } from '../incidents/bundle.ts';
import type { Difference, Excursion, Replay } from './replay.ts';

/** More than this nobody reads: the first ones matter, the later follow from them. */
const linesMax = 20;

/** What a replay found, for people. */
export function replayReport(header: BundleHeader, found: Replay): string {
  const { cause, writtenAtMs, program } = header;
  const { inputs, ticks, from, to, differences, excursions, broken } = found;
  const about = cause.siteId === undefined ? cause.kind : `${cause.kind} at ${cause.siteId}`;
  return [
    `${about}: ${cause.detail}`,
    `written ${stamp(writtenAtMs)} by version ${program}`,
    `replayed ${ticks} ticks and ${inputs} inputs from ${stamp(from.wallMs)} to ${stamp(to.wallMs)}`,
    ...(broken === undefined ? [] : [`the control broke at ${stamp(to.wallMs)}: ${broken}`]),
    differences.length === 0
      ? 'every decision is as recorded'
      : `${differences.length} decisions are not as recorded:`,
    ...shortened(differences.map(differenceText)),
    excursions.length === 0 ? 'nothing was over a limit' : `${excursions.length} times over a limit:`,
    ...shortened(excursions.map(excursionText)),
  ].join('\n');
}

/** Whether there is nothing to look into. */
export const isClean = ({ differences, excursions, broken }: Replay): boolean =>
  differences.length === 0 && excursions.length === 0 && broken === undefined;

const differenceText = ({ at, tick, what }: Difference): string =>
  `${stamp(at.wallMs)}  tick ${tick}  ${what}`;

function excursionText({ from, toMs, over }: Excursion): string {
  const { kind, node, on, amount, limit, unit, isOurs } = over;
  const most = `${amount.toFixed(1)} ${unit} of ${limit.toFixed(1)} ${unit}`;
  const seconds = ((toMs - from.wallMs) / 1000).toFixed(1);
  const whose = isOurs ? '' : ', without any EVSE';
  return `${stamp(from.wallMs)}  ${node} ${on}, ${kind}: up to ${most} for ${seconds} s${whose}`;
}

const shortened = (lines: readonly string[]): readonly string[] => [
  ...lines.slice(0, linesMax).map((line) => `  ${line}`),
  ...(lines.length > linesMax ? [`  and ${lines.length - linesMax} more`] : []),
];

const stamp = (atMs: number): string => new Date(atMs).toISOString();
