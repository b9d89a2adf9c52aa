import { readFileSync } from 'node:fs';
import { beforeAll, expect, it } from 'vitest';
import { alertSpecs } from '../../grafana/src/alerts.ts';
import { dashboardSpecs } from '../../grafana/src/dashboards.ts';
import { type Language, type Question, queryText, tagValues } from '../../grafana/src/question.ts';
import { curtailments } from '../../grafana/src/shared.ts';
import { phaseName, phases } from '../../src/domain/phases.ts';
import { describeWith } from '../servers.ts';
import { firingAt, rulesOf, storyMs, storyOf, wrongFromMs, wrongs, wrongUntilMs } from './alerts.ts';
import { type Answer, type Asked, answerTo, samplesOf } from './answer.ts';
import { type Filled, filledInflux, filledVictoria } from './databases.ts';
import {
  absence,
  breakerAmps,
  curtailment,
  type Day,
  dayMs,
  disobedience,
  minuteMs,
  silence,
  simulatedDay,
  solverFault,
} from './day.ts';

const hourMs = 3_600_000;
// Databases forget what is a month old: it is the day that ended an hour or two ago.
const startMs = Math.floor(Date.now() / hourMs) * hourMs - hourMs - dayMs;

let ended: Promise<Day> | undefined;
/** The same day for both databases. */
const theDay = (): Promise<Day> => {
  ended ??= simulatedDay(startMs);
  return ended;
};

const chosen = { site: 'lund', circuit: 'grid-lund', connection: 'dso' };
/** As Grafana writes a choice of several. */
const both = { ...chosen, site: '(lund|kiruna)' };

/** Every query of every dashboard, as the committed file has it, beside the question it puts. */
const queriesOf = (language: Language) =>
  dashboardSpecs.flatMap((spec) => {
    const path = new URL(`../../grafana/dashboards/${language}/${spec.name}.json`, import.meta.url);
    const board: Board = JSON.parse(readFileSync(path, 'utf8'));
    return spec.panels.flatMap(({ title, questions }, panel) =>
      questions.map((question, index) => {
        const { query, expr } = board.panels[panel]?.targets[index] ?? {};
        return {
          name: `${spec.name}: ${title} (${question.fields.join(', ')})`,
          question,
          text: query ?? expr ?? '',
        };
      }),
    );
  });

interface Board {
  readonly panels: readonly {
    readonly targets: readonly { readonly query?: string; readonly expr?: string }[];
  }[];
}

/** Each has an hour of the day before. */
const storyBeginMs = (index: number): number => startMs - dayMs + index * hourMs;

const fill = { influxql: filledInflux, promql: filledVictoria };
/** A day in the simulator, and the writing and reading of it, on a machine that is busy. */
const patienceMs = 600_000;

for (const [server, language] of [
  ['influx', 'influxql'],
  ['victoria', 'promql'],
] as const) {
  describeWith(server, `a day with a curtailment and faults, asked in ${language}`, (url) => {
    let day: Day;
    let filled: Filled;
    let samples: ReturnType<typeof samplesOf>;
    beforeAll(async () => {
      day = await theDay();
      samples = samplesOf(day.points);
      const stories = Object.keys(wrongs).flatMap((name, index) => storyOf(name, storyBeginMs(index)));
      filled = await fill[language](url, [...day.points, ...stories], day.endMs);
    }, patienceMs);

    const asked = (change: Partial<Asked> = {}): Asked => ({
      ...{ fromMs: day.startMs + minuteMs, untilMs: day.endMs - minuteMs, stepMs: minuteMs },
      ...{ chosen, namedBy: filled.namedBy },
      ...change,
    });
    const ask = (question: Question, change: Partial<Asked> = {}): Promise<Answer> =>
      filled.ask(queryText(question, language), asked(change), linesBy(question));

    it.each(queriesOf(language))('answers what the simulator knows: $name', async ({ question, text }) => {
      const answer = await filled.ask(text, asked(), linesBy(question));
      expect(answer.size).toBeGreaterThan(0);
      if (question.how === 'rate') {
        for (const values of answer.values())
          for (const value of values.values()) expect(value).toBeCloseTo(0.1);
        return;
      }
      expectSame(answer, answerTo(question, samples, asked()));
    });

    it('tells several sites apart', async () => {
      const ofEach = question('fleet', 'Charging current of each site', 0);
      const answer = await ask(ofEach, { chosen: both });
      expect([...answer.keys()].sort()).toEqual(['site=kiruna', 'site=lund']);
      expectSame(answer, answerTo(ofEach, samples, asked({ chosen: both })));
    });

    it('adds several sites up', async () => {
      const total = question('fleet', 'Charging current', 0);
      expectSame(await ask(total, { chosen: both }), answerTo(total, samples, asked({ chosen: both })));
    });

    it.each(dashboardSpecs.flatMap(({ name, variables }) => variables.map((each) => ({ name, ...each }))))(
      'offers what there is to choose: $label of $name',
      async (variable) => {
        const choices = await filled.choices(tagValues(variable.tag, variable, language), asked());
        const all: Record<string, readonly string[]> = { site: ['kiruna', 'lund'], circuit: ['grid-lund'] };
        expect(choices).toEqual(expect.arrayContaining([...(all[variable.tag] ?? ['dso'])]));
      },
    );

    it('marks the curtailment from its begin to its end', async () => {
      const [annotation] = curtailments([]);
      const answer = annotation === undefined ? new Map() : await ask(annotation.question);
      const marked = [...answer.values()].flatMap((values) =>
        [...values.keys()].map((atMs) => atMs - startMs),
      );
      // In its first minute the connection had not told anything yet, and its failsafe limit held.
      const evening = marked.filter((sinceMs) => sinceMs > hourMs);
      expect(Math.abs(Math.min(...evening) - curtailment.fromMs)).toBeLessThanOrEqual(minuteMs);
      expect(evening.length * minuteMs).toBeGreaterThanOrEqual(
        curtailment.untilMs - curtailment.fromMs - minuteMs,
      );
    });

    it('shows what flows through the conductor itself', async () => {
      const answer = await ask(question('site', 'Load and limit', 0));
      const endMs = filled.namedBy === 'end' ? minuteMs : 0;
      for (const phase of phases) {
        const shown = answer.get(`phase=${phaseName(phase)}`) ?? new Map<number, number>();
        for (let hour = 0; hour < 24; hour += 1) {
          // Of the time in which the meter was silent nobody knows.
          if (hour === silence.fromMs / hourMs) continue;
          const isIn = (sinceMs: number): boolean => Math.floor(sinceMs / hourMs) === hour;
          const told = [...shown].filter(([atMs]) => isIn(atMs - startMs - endMs)).map(([, amps]) => amps);
          const flowed = day.minutes.filter((_, minute) => isIn(minute * minuteMs));
          const trueAmps = meanOf(flowed.map(({ loadAmps }) => loadAmps[phase]));
          expect(Math.abs(meanOf(told) - trueAmps), `hour ${hour} on ${phaseName(phase)}`).toBeLessThan(1);
        }
      }
    });

    it('shows the energy that the cars got', async () => {
      const cars = (await ask(question('grid', 'Requested and delivered', 2))).get(
        'connection=dso target=grid-lund',
      );
      const energyWh = [...(cars?.values() ?? [])].reduce((sum, watts) => sum + watts / 60, 0);
      expect(energyWh / day.carWh).toBeGreaterThan(0.97);
      expect(energyWh / day.carWh).toBeLessThan(1.03);
    });

    it('shows the limit that was asked for while it was in force, and the breaker before and after', async () => {
      const limit =
        (await ask(question('site', 'Load and limit', 1))).get('phase=L1') ?? new Map<number, number>();
      const at = (sinceMs: number): number | undefined => limit.get(startMs + sinceMs);
      const amps = curtailment.watts / (3 * 230);
      expect(at(curtailment.fromMs - minuteMs)).toBe(breakerAmps);
      expect(at(curtailment.fromMs + 2 * minuteMs)).toBeCloseTo(amps, 6);
      expect(at(curtailment.untilMs - 2 * minuteMs)).toBeCloseTo(amps, 6);
      expect(at(curtailment.untilMs + hourMs)).toBe(breakerAmps);
    });

    it.each([
      ['meter-silent', silence],
      ['failsafe', solverFault],
      ['station-disobeys', disobedience],
    ])('raises the alarm %s while that lasts, and at no other time', async (uid, { fromMs, untilMs }) => {
      const alert = alertSpecs.find((each) => each.uid === uid);
      if (alert === undefined) throw new Error(`there is no rule ${uid}`);
      const { kind, value: threshold } = alert.when;
      const answer = await ask(alert.question, { fromMs: startMs + hourMs });
      const raised = [...answer.values()].flatMap((values) =>
        [...values].filter(([, value]) => (kind === 'above' ? value > threshold : value < threshold)),
      );
      const sinceMs = raised.map(([atMs]) => atMs - startMs);
      expect(sinceMs.length).toBeGreaterThan(0);
      expect(Math.min(...sinceMs)).toBeGreaterThanOrEqual(fromMs - minuteMs);
      expect(Math.max(...sinceMs)).toBeLessThanOrEqual(untilMs + minuteMs);
    });

    const { everyMs, rules } = rulesOf(language);
    it.each(Object.keys(wrongs).map((name, index) => ({ name, index })))(
      'fires while it is so, as Grafana decides it, and no other rule does: $name',
      async ({ name, index }) => {
        const beginMs = storyBeginMs(index);
        const span = { fromMs: beginMs + minuteMs, untilMs: beginMs + storyMs, everyMs };
        for (const rule of rules) {
          const firedMs = (await firingAt(rule, filled, span)).map((atMs) => atMs - beginMs);
          const [about = '', how] = name.split(', ');
          if (rule.uid !== `lastvakt-${about}`) {
            expect([rule.uid, firedMs]).toEqual([rule.uid, []]);
            continue;
          }
          const waitedMs = Number.parseInt(rule.for, 10) * 1000;
          // The points of a minute are looked at, by intervals of ten seconds.
          const seenMs = wrongFromMs + waitedMs + (how === undefined ? 0 : minuteMs) + 3 * everyMs;
          for (let atMs = seenMs; atMs < wrongUntilMs; atMs += everyMs) expect(firedMs).toContain(atMs);
          expect(Math.min(...firedMs)).toBeGreaterThanOrEqual(wrongFromMs + waitedMs);
          expect(Math.max(...firedMs)).toBeLessThanOrEqual(wrongUntilMs + 2 * everyMs);
        }
      },
    );

    it('counts the EVSE whose station is away', async () => {
      const offline = (await ask(question('fleet', 'EVSEs offline', 0))).get('site=lund');
      expect(offline?.get(startMs + absence.fromMs - 10 * minuteMs)).toBe(0);
      expect(offline?.get(startMs + absence.fromMs + 10 * minuteMs)).toBe(1);
      expect(offline?.get(startMs + absence.untilMs + 10 * minuteMs)).toBe(0);
    });
  });
}

/** The tags that tell the lines of an answer apart. */
const linesBy = ({ by = [], isTotal = false }: Question): readonly string[] => (isTotal ? [] : by);

function question(board: string, title: string, index: number): Question {
  const panel = dashboardSpecs
    .find(({ name }) => name === board)
    ?.panels.find((each) => each.title === title);
  const found = panel?.questions[index];
  if (found === undefined) throw new Error(`${board} has no panel "${title}" with a question ${index}`);
  return found;
}

const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Databases keep fifteen digits, and not always the last of them. */
function expectSame(answer: Answer, truth: Answer): void {
  expect([...answer.keys()].sort()).toEqual([...truth.keys()].sort());
  for (const [line, values] of truth) {
    const given = answer.get(line);
    const wrong = [...values].filter(([atMs, value]) => {
      const told = given?.get(atMs);
      return told === undefined || Math.abs(told - value) > 1e-6 * Math.max(1, Math.abs(value));
    });
    expect(
      wrong.map(([atMs, value]) => ({ atMs, value, told: given?.get(atMs) })),
      line,
    ).toEqual([]);
    expect(given?.size, line).toBe(values.size);
  }
}
