import { evseStates, reasons, siteStates } from '../../src/timeseries/codes.ts';
import type { Question } from './question.ts';
import { curtailments, siteVariable, tick } from './shared.ts';
import type { DashboardSpec } from './spec.ts';

const circuit = (field: string, how: Question['how'], legend: string): Question => ({
  measurement: 'circuit',
  fields: [field],
  how,
  where: ['site', 'circuit'],
  by: ['phase'],
  legend,
});

const evse = (fields: readonly string[], how: Question['how']): Question => ({
  measurement: 'evse',
  fields,
  how,
  where: ['site'],
  by: ['evse'],
});

export const siteBoard: DashboardSpec = {
  name: 'site',
  title: 'Lastvakt: site',
  description: 'One site: whether it is under its limits, who binds it, and what each EVSE gets and why.',
  variables: [
    siteVariable(false),
    {
      ...{ tag: 'circuit', label: 'Circuit', measurement: 'circuit', field: 'limit_amps' },
      where: ['site'],
      isMany: false,
    },
  ],
  annotations: curtailments(['site']),
  panels: [
    {
      title: 'State of the site',
      description:
        'assumed: a meter is silent and its configured background is planned on. failsafe: the safe allocation is in force.',
      ...{ kind: 'states', unit: 'none', width: 24, words: siteStates },
      questions: [tick('state', 'last')],
    },
    {
      title: 'Load and limit',
      description: 'What flows on each phase of the circuit, and the limit that is in force there.',
      ...{ kind: 'lines', unit: 'amp', width: 16, limit: 'limit' },
      questions: [circuit('draw_amps', 'mean', 'load'), circuit('limit_amps', 'lowest', 'limit')],
    },
    {
      title: 'Lowest headroom',
      description:
        'Limit less background less what the EVSEs may have in force, on the worst phase. Below 0 is over the limit.',
      ...{ kind: 'number', unit: 'amp', width: 4, over: 'min', alarm: { at: 0, isLow: true } },
      questions: [circuit('headroom_amps', 'lowest', 'headroom')],
    },
    {
      title: 'Oldest reading',
      description:
        'Age of the oldest meter value in use. A meter that is silent for longer than its maxAgeS counts as its assumed background.',
      ...{ kind: 'number', unit: 'ms', width: 4, over: 'max', alarm: { at: 15_000 } },
      questions: [circuit('reading_age_ms', 'highest', 'age')],
    },
    {
      title: 'Background and what may be in force',
      description: 'What is not ours, and the most that all EVSEs below may have in force, whatever fails.',
      ...{ kind: 'lines', unit: 'amp', width: 12 },
      questions: [
        circuit('background_amps', 'mean', 'background'),
        circuit('exposure_amps', 'highest', 'exposure'),
      ],
    },
    {
      title: 'Circuits over their limit',
      description:
        'How many circuits of the site draw more than they may, on a phase or over all. Seconds after a step are normal.',
      ...{ kind: 'lines', unit: 'none', width: 12, alarm: { at: 1 } },
      questions: [tick('over_limit', 'highest')],
    },
    {
      title: 'Setpoint of each EVSE',
      description: 'What each station was last told for its session.',
      ...{ kind: 'lines', unit: 'amp', width: 12 },
      questions: [evse(['setpoint_amps'], 'last')],
    },
    {
      title: 'Draw of each EVSE',
      description: 'What each EVSE draws, summed over its phases.',
      ...{ kind: 'lines', unit: 'amp', width: 12 },
      questions: [evse(['draw_l1_amps', 'draw_l2_amps', 'draw_l3_amps'], 'mean')],
    },
    {
      title: 'State of each EVSE',
      description: 'What each EVSE does: whether it charges, waits for its car, or is out of order.',
      ...{ kind: 'states', unit: 'none', width: 12, words: evseStates },
      questions: [evse(['state'], 'last')],
    },
    {
      title: 'Why each EVSE has the current it has',
      description: 'What binds each EVSE. not obeying: it draws more than it may, see the log.',
      ...{ kind: 'states', unit: 'none', width: 12, words: reasons },
      questions: [evse(['reason'], 'last')],
    },
    {
      title: 'Energy of running sessions',
      description: 'What was delivered in the session so far.',
      ...{ kind: 'lines', unit: 'watth', width: 24 },
      questions: [evse(['energy_wh'], 'highest')],
    },
  ],
};
