import type { Question } from './question.ts';
import type { DashboardSpec, VariableSpec } from './spec.ts';

export const siteVariable = (isMany: boolean): VariableSpec => ({
  ...{ tag: 'site', label: 'Site', measurement: 'tick', field: 'state' },
  isMany,
});

/** Of sites as a whole. */
export const tick = (field: string, how: Question['how']): Question => ({
  measurement: 'tick',
  fields: [field],
  how,
  where: ['site'],
  by: ['site'],
});

/** While a limit of a grid operator binds a circuit. */
export const curtailments = (where: readonly string[]): DashboardSpec['annotations'] => [
  {
    name: 'Curtailments',
    text: 'Grid operator limits {{circuit}}',
    question: {
      ...{ measurement: 'grid_limit', fields: ['limit_l1_amps'], how: 'lowest', where },
      only: { source: 'grid-operator' },
      by: ['site', 'circuit'],
    },
  },
];
