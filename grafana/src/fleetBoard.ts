import { siteStates } from '../../src/timeseries/codes.ts';
import { curtailments, siteVariable, tick } from './shared.ts';
import type { DashboardSpec } from './spec.ts';

export const fleetBoard: DashboardSpec = {
  name: 'fleet',
  title: 'Lastvakt: fleet',
  description: 'All sites side by side: who charges, who is near a limit, who needs help.',
  variables: [siteVariable(true)],
  annotations: curtailments(['site']),
  panels: [
    {
      title: 'State of each site',
      description: 'Everything but normal has a reason on the dashboard of the site.',
      ...{ kind: 'states', unit: 'none', width: 16, words: siteStates },
      questions: [tick('state', 'last')],
    },
    {
      title: 'EVSEs that charge',
      description: 'Of all sites together, now.',
      ...{ kind: 'number', unit: 'none', width: 4, over: 'lastNotNull' },
      questions: [{ ...tick('charging', 'last'), isTotal: true, legend: 'charging' }],
    },
    {
      title: 'Charging current',
      description: 'Of all sites together, summed over the phases, now.',
      ...{ kind: 'number', unit: 'amp', width: 4, over: 'lastNotNull' },
      questions: [{ ...tick('charging_amps', 'last'), isTotal: true, legend: 'current' }],
    },
    {
      title: 'Load of each grid connection',
      description:
        'Load as a share of what may flow, under the limit that is closest. 100 % is full, above it is over the limit.',
      ...{ kind: 'lines', unit: 'percentunit', width: 12, alarm: { at: 1 } },
      questions: [tick('load_share', 'highest')],
    },
    {
      title: 'Charging current of each site',
      description: 'What all EVSEs of a site draw, summed over the phases.',
      ...{ kind: 'lines', unit: 'amp', width: 12 },
      questions: [tick('charging_amps', 'mean')],
    },
    {
      title: 'Circuits over their limit',
      description: 'How many circuits of each site draw more than their limit.',
      ...{ kind: 'lines', unit: 'none', width: 6, alarm: { at: 1 } },
      questions: [tick('over_limit', 'highest')],
    },
    {
      title: 'Silent meters',
      description:
        'Circuits whose meter is silent or not believed: they are planned on their assumed background.',
      ...{ kind: 'lines', unit: 'none', width: 6, alarm: { at: 1 } },
      questions: [tick('silent_meters', 'highest')],
    },
    {
      title: 'EVSEs offline',
      description: 'EVSEs whose station is not connected. What they may draw stays reserved.',
      ...{ kind: 'lines', unit: 'none', width: 6, alarm: { at: 1 } },
      questions: [tick('offline', 'highest')],
    },
    {
      title: 'EVSEs that do not obey',
      description: 'EVSEs that draw more than they were told they may.',
      ...{ kind: 'lines', unit: 'none', width: 6, alarm: { at: 1 } },
      questions: [tick('disobeying', 'highest')],
    },
  ],
};
