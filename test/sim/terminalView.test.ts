import { describe, expect, it } from 'vitest';
import { explanation } from '../../src/control/explain.ts';
import { renderSites, summarise, type TerminalOptions } from '../../src/sim/terminalView.ts';
import { circuitView, evseView, siteView } from '../views.ts';

const options: TerminalOptions = { isColoured: false, explain: explanation, footer: ['Ctrl-C stops.'] };
const lines = (change = {}): readonly string[] => renderSites([siteView(change)], options).split('\n');
const lineOf = (word: string): string => lines().find((line) => line.trimStart().startsWith(word)) ?? '';

describe('the terminal picture', () => {
  it('shows the tree of circuits with their EVSEs', () => {
    const starts = lines().map((line) => line.slice(0, 8).trimEnd());
    expect(starts).toEqual([
      'Garage L',
      'grid  br',
      ' L1 [▒▒▒',
      ' L2 [▒▒▒',
      ' L3 [▒▒▒',
      '  hall-a',
      '   L1 [█',
      '   L2 [█',
      '   L3 [',
      '    A1',
      '    A2',
      '',
      'Ctrl-C s',
    ]);
  });

  it('shows background, charging and what is free to the breaker', () => {
    const bar = `${'▒'.repeat(10)}${'█'.repeat(10)}${' '.repeat(10)}`;
    expect(lineOf('L1')).toBe(` L1 [${bar}]   40.0 of  60.0 A    20.0 free`);
  });

  it('marks where a limit below the breaker stands, and says who set it', () => {
    const [, , l3] = lines().slice(6, 9);
    expect(l3).toContain(`[${' '.repeat(23)}|${' '.repeat(6)}]`);
    expect(lineOf('hall-a')).toContain('limited by the grid operator: cold evening, no meter');
  });

  it('says OVER, not by colour alone', () => {
    expect(lines()[6]).toContain('1.0 OVER');
  });

  it('shows state, draw, setpoint and reason of every EVSE in words', () => {
    expect(lineOf('A1')).toContain('charging         9.9  9.9  9.9 A  10 A: it has all it can use');
    expect(lineOf('A2')).toMatch(/A2 +paused + - +0\.0 +- A {2}0 A: it waits for its turn/);
  });

  it.each([false, true])('fits 100 columns, coloured: %s', (isColoured) => {
    const long = 'x'.repeat(300);
    const view = siteView({
      name: long,
      circuits: [circuitView('grid'), ...siteView().circuits.slice(1)],
      evses: [evseView('A1', { reason: { kind: 'car takes less', amps: 7 } })],
    });
    const picture = renderSites([view], { isColoured, explain: () => long, footer: [long] });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: it strips the colours.
    const plain = picture.replace(/\x1b\[[0-9;]*m/g, '');
    expect(Math.max(...plain.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(picture === plain).toBe(!isColoured);
  });

  it('lets no name or reason move the cursor', () => {
    const name = 'a\x1b[2Jb\nc';
    const picture = renderSites([siteView({ name })], { ...options, explain: () => '\x1b[H' });
    expect(picture).not.toContain('\x1b');
    expect(picture).toContain('a [2Jb c');
  });
});

describe('the summary', () => {
  it('is the same in brief, as plain JSON', () => {
    expect(JSON.parse(JSON.stringify(summarise([siteView()])))).toEqual({
      sites: [
        {
          site: 'garage',
          at: '2026-03-01T12:00:00.000Z',
          tick: 42,
          state: 'normal',
          circuits: [
            {
              id: 'grid',
              limitAmps: [60, 60, 60],
              drawAmps: [40, 30, 20],
              headroomAmps: [20, 30, 40],
              basis: 'measured',
              limitedBy: 'breaker',
            },
            {
              id: 'hall-a',
              limitAmps: [30, 30, 30],
              drawAmps: [31, 10, 0],
              headroomAmps: [-1, 20, 30],
              basis: 'unmetered',
              limitedBy: 'limit',
            },
          ],
          evses: [
            {
              id: 'A1',
              state: 'charging',
              setpointAmps: 10,
              drawAmps: [9.9, 9.9, 9.9],
              reason: 'own maximum',
            },
            { id: 'A2', state: 'paused', setpointAmps: 0, drawAmps: [0, 0, 0], reason: 'paused' },
          ],
        },
      ],
    });
  });
});
