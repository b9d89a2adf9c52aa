import type { CircuitView, EvseView, LimitOrigin, SiteView } from '../control/siteView.ts';
import type { CircuitId } from '../domain/ids.ts';
import { type Phase, phaseName, phases } from '../domain/phases.ts';

export interface TerminalOptions {
  readonly isColoured: boolean;
  /** An EVSE's setpoint and why it is that, in words. */
  readonly explain: (evse: EvseView, site: SiteView) => string;
  /** Lines under the sites: what happens next, how to stop. */
  readonly footer: readonly string[];
}

const columns = 100;
const barCells = 30;
const indentCells = 2;

/** All sites as text of at most 100 columns: the circuit tree with its load, and why every EVSE has what it has. */
export function renderSites(views: readonly SiteView[], options: TerminalOptions): string {
  const lines = views.flatMap((view) => [...siteLines(view, options), '']);
  return [...lines, ...options.footer.map((line) => clip(line))].join('\n');
}

/** The same in brief as a value for one JSON line. */
export const summarise = (views: readonly SiteView[]): object => ({
  sites: views.map((view) => ({
    site: view.siteId,
    at: new Date(view.tick.atMs).toISOString(),
    tick: view.tick.number,
    state: view.state,
    circuits: view.circuits.map(({ id, limitAmps, drawAmps, headroomAmps, basis, limitedBy }) => ({
      id,
      limitAmps: limitAmps.map(tenth),
      drawAmps: drawAmps.map(tenth),
      headroomAmps: headroomAmps.map(tenth),
      basis,
      limitedBy: limitedBy.kind,
    })),
    evses: view.evses.map(({ id, state, setpointAmps, drawAmps, reason }) => ({
      id,
      state,
      setpointAmps: setpointAmps === undefined ? null : tenth(setpointAmps),
      drawAmps: drawAmps.map(tenth),
      reason: reason.kind,
    })),
  })),
});

function siteLines(view: SiteView, options: TerminalOptions): readonly string[] {
  const paint = painter(options.isColoured);
  const { name, state, tick } = view;
  const heading = `${clip(name, 60)}  ${state}, tick ${tick.number} in ${tick.durationMs.toFixed(1)} ms`;
  const roots = view.circuits.filter(({ parent }) => parent === undefined);
  return [paint('strong', heading), ...roots.flatMap((root) => circuitLines(root, 0, view, options))];
}

function circuitLines(
  circuit: CircuitView,
  depth: number,
  view: SiteView,
  options: TerminalOptions,
): readonly string[] {
  const indent = ' '.repeat(depth * indentCells);
  const paint = painter(options.isColoured);
  const { id, limitedBy, breakerAmps } = circuit;
  const heading = `${indent}${id}  ${limitWords(limitedBy, breakerAmps)}, ${basisWords(circuit)}`;
  const children = view.circuits.filter(({ parent }) => parent === id);
  return [
    paint('strong', clip(heading)),
    ...phases.map((phase) => `${indent}${phaseLine(circuit, phase, paint)}`),
    ...evseLines(id, `${indent}${' '.repeat(indentCells)}`, view, options),
    ...children.flatMap((child) => circuitLines(child, depth + 1, view, options)),
  ];
}

/** `L1 [▒▒▒▒██████          |      ]   38.2 of  63.0 A    24.8 free`: background, charging, and what is free. */
function phaseLine(circuit: CircuitView, phase: Phase, paint: Paint): string {
  const draw = circuit.drawAmps[phase];
  const limit = circuit.limitAmps[phase];
  const headroom = circuit.headroomAmps[phase];
  const isOver = draw > limit;
  const colour = isOver ? 'bad' : headroom < 1 ? 'full' : 'good';
  const room = isOver ? `${amps(draw - limit)} OVER` : `${amps(headroom)} free`;
  const numbers = `${amps(draw)} of ${amps(limit)} A   ${room}`;
  return ` ${phaseName(phase)} [${paint(colour, bar(circuit, phase))}]  ${isOver ? paint('bad', numbers) : numbers}`;
}

/** The full width is the breaker; `|` is where a lower limit stands. */
function bar(circuit: CircuitView, phase: Phase): string {
  const fullAmps = Math.max(1, circuit.breakerAmps);
  const cell = (value: number): number =>
    Math.max(0, Math.min(barCells, Math.round((value / fullAmps) * barCells)));
  const background = cell(Math.min(circuit.backgroundAmps[phase], circuit.drawAmps[phase]));
  const draw = Math.max(background, cell(circuit.drawAmps[phase]));
  const filled = `${'▒'.repeat(background)}${'█'.repeat(draw - background)}`.padEnd(barCells);
  const mark = cell(circuit.limitAmps[phase]);
  return mark >= barCells ? filled : `${filled.slice(0, mark)}|${filled.slice(mark + 1)}`;
}

function evseLines(
  circuit: CircuitId,
  indent: string,
  view: SiteView,
  options: TerminalOptions,
): readonly string[] {
  const paint = painter(options.isColoured);
  const evses = view.evses.filter((evse) => evse.circuit === circuit);
  const idCells = Math.max(4, ...evses.map(({ id }) => id.length));
  return evses.map((evse) => {
    const head = `${indent}${evse.id.padEnd(idCells)} ${evse.state.padEnd(15)} ${drawWords(evse)}`;
    const line = clip(`${head}  ${options.explain(evse, view)}`);
    const stateAt = indent.length + idCells + 1;
    const stateEnd = stateAt + evse.state.length;
    return `${line.slice(0, stateAt)}${paint(stateColours[evse.state], line.slice(stateAt, stateEnd))}${line.slice(stateEnd)}`;
  });
}

const stateColours: Record<EvseView['state'], Colour> = {
  charging: 'good',
  paused: 'full',
  'suspended-by-ev': 'plain',
  available: 'faint',
  occupied: 'plain',
  reserved: 'plain',
  unavailable: 'faint',
  unknown: 'faint',
  faulted: 'bad',
  offline: 'bad',
};

/** Draw per phase it is wired to: `15.9 15.9 15.9 A`, or as wide as that. */
const drawWords = (evse: EvseView): string =>
  `${phases.map((phase) => (evse.wiring.includes(phase) ? amps(evse.drawAmps[phase], 4) : '   -')).join(' ')} A`;

function limitWords(origin: LimitOrigin, breakerAmps: number): string {
  switch (origin.kind) {
    case 'breaker':
      return `breaker ${breakerAmps} A`;
    case 'rating':
      return 'limited by its rating';
    case 'limit':
      return `limited by the ${origin.source.replace('-', ' ')}: ${origin.reason}`;
    default:
      return origin satisfies never;
  }
}

function basisWords({ basis, readingAgeMs }: CircuitView): string {
  switch (basis) {
    case 'measured':
      return readingAgeMs === undefined ? 'measured' : `measured ${(readingAgeMs / 1000).toFixed(1)} s ago`;
    case 'assumed':
      return 'meter silent, background assumed';
    case 'unmetered':
      return 'no meter';
    default:
      return basis satisfies never;
  }
}

const amps = (value: number, width = 5): string => value.toFixed(1).padStart(width);
const tenth = (value: number): number => Math.round(value * 10) / 10;

/** Control characters of a name or a reason would move the cursor; anything too long would wrap. */
function clip(text: string, width = columns): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
  const plain = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
  return plain.length <= width ? plain : `${plain.slice(0, width - 1)}…`;
}

type Colour = 'plain' | 'strong' | 'good' | 'full' | 'bad' | 'faint';
type Paint = (colour: Colour, text: string) => string;

/** Select Graphic Rendition [ECMA-48]. */
const codes: Record<Colour, string> = {
  plain: '',
  strong: '\x1b[1m',
  good: '\x1b[32m',
  full: '\x1b[33m',
  bad: '\x1b[31m',
  faint: '\x1b[2m',
};

const painter =
  (isColoured: boolean): Paint =>
  (colour, text) =>
    isColoured && codes[colour] !== '' ? `${codes[colour]}${text}\x1b[0m` : text;
