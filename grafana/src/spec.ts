import type { Question } from './question.ts';

/** A panel before it has a place and a language. */
export interface PanelSpec {
  readonly title: string;
  /** What is to be seen, and what to do when it looks wrong. */
  readonly description: string;
  /** `lines` over time, the `states` of things over time, or one `number` for the whole time shown. */
  readonly kind: 'lines' | 'states' | 'number';
  /** Grafana's id of the unit; `none` for counts and codes. */
  readonly unit: string;
  /** Of 24 columns. */
  readonly width: number;
  readonly questions: readonly Question[];
  /** Words for codes. */
  readonly words?: Readonly<Record<string, number>>;
  /** From this value on it is shown as trouble; with `isLow`, below it. */
  readonly alarm?: { readonly at: number; readonly isLow?: boolean };
  /** Lines of this name are limits: dashed steps in the colour of limits on every dashboard. */
  readonly limit?: string;
  /** What stands for the whole time in a `number`. */
  readonly over?: 'mean' | 'max' | 'min' | 'lastNotNull';
}

export interface VariableSpec {
  readonly tag: string;
  readonly label: string;
  /** Where its values are read from. */
  readonly measurement: string;
  readonly field: string;
  readonly where?: readonly string[];
  /** Whether several, or all, can be shown at once. */
  readonly isMany: boolean;
}

export interface DashboardSpec {
  readonly name: 'site' | 'grid' | 'fleet' | 'health';
  readonly title: string;
  readonly description: string;
  readonly variables: readonly VariableSpec[];
  /** Marks over all panels, one for each interval in which the answer is not empty. */
  readonly annotations: readonly {
    readonly name: string;
    readonly question: Question;
    readonly text: string;
  }[];
  /** In reading order, from left to right and from top to bottom. */
  readonly panels: readonly PanelSpec[];
}
