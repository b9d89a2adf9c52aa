import { siteStates } from '../../src/timeseries/codes.ts';
import { dataquery } from './panels.ts';
import type { Language, Question } from './question.ts';
import { tick } from './shared.ts';

/** Something a person should hear of. */
interface AlertSpec {
  readonly uid: string;
  readonly title: string;
  /** What happened, and what to do. */
  readonly summary: string;
  readonly question: Question;
  readonly when: { readonly kind: 'above' | 'below'; readonly value: number };
  /** How long it must be so. */
  readonly forS: number;
  /** No points at all are an alarm too. */
  readonly isSilenceBad?: boolean;
}

const everySite = (question: Question): Question => ({ ...question, where: [] });

export const alertSpecs: readonly AlertSpec[] = [
  {
    uid: 'over-limit',
    title: 'Over the limit',
    summary:
      'A circuit draws more than its limit for longer than a reaction takes: see the dashboard of the site.',
    question: everySite(tick('over_limit', 'lowest')),
    ...{ when: { kind: 'above', value: 0 }, forS: 20 },
  },
  {
    uid: 'meter-silent',
    title: 'Meter silent',
    summary:
      'A meter is silent or not believed, and its assumed background is planned on: check the meter and the broker.',
    question: everySite(tick('silent_meters', 'lowest')),
    ...{ when: { kind: 'above', value: 0 }, forS: 60 },
  },
  {
    uid: 'failsafe',
    title: 'Failsafe',
    summary: 'The safe allocation is in force, or somebody stopped the site: see the log.',
    question: everySite(tick('state', 'lowest')),
    ...{ when: { kind: 'above', value: siteStates.failsafe - 0.5 }, forS: 10 },
  },
  {
    uid: 'station-disobeys',
    title: 'Station disobeys',
    summary:
      'An EVSE draws more than it was told: see why on the dashboard of the site, and the faults of its station.',
    question: everySite(tick('disobeying', 'lowest')),
    ...{ when: { kind: 'above', value: 0 }, forS: 30 },
  },
  {
    uid: 'tick-late',
    title: 'Tick late',
    summary:
      'The control loop takes half a second or longer, or nothing is written any more: check the service and its machine.',
    question: everySite(tick('duration_ms', 'highest')),
    ...{ when: { kind: 'above', value: 500 }, forS: 60, isSilenceBad: true },
  },
  {
    uid: 'certificate-expires',
    title: 'Certificate expires',
    summary: 'A certificate ends within 30 days: replace its file.',
    question: { measurement: 'certificate', fields: ['remaining_s'], how: 'lowest', by: ['certificate'] },
    ...{ when: { kind: 'below', value: 30 * 86_400 }, forS: 0 },
  },
];

const windowS = 60;
const evaluationS = 10;

/** The file that Grafana reads its alert rules from, as an object. */
export const alertFile = (language: Language): object => ({
  apiVersion: 1,
  groups: [
    {
      orgId: 1,
      name: 'lastvakt',
      folder: 'Lastvakt',
      interval: `${evaluationS}s`,
      rules: alertSpecs.map((spec) => rule(spec, language)),
    },
  ],
});

function rule(
  { uid, title, summary, question, when, forS, isSilenceBad }: AlertSpec,
  language: Language,
): object {
  const { datasource: _, ...query } = dataquery(question, 'A', language);
  const threshold = { type: when.kind === 'above' ? 'gt' : 'lt', params: [when.value] };
  return {
    uid: `lastvakt-${uid}`,
    title,
    condition: 'C',
    for: `${forS}s`,
    noDataState: isSilenceBad === true ? 'Alerting' : 'OK',
    execErrState: 'Error',
    annotations: { summary },
    labels: { service: 'lastvakt' },
    data: [
      {
        refId: 'A',
        relativeTimeRange: { from: windowS, to: 0 },
        datasourceUid: 'lastvakt',
        model: { ...query, intervalMs: evaluationS * 1000, maxDataPoints: windowS / evaluationS },
      },
      expression('B', { type: 'reduce', expression: 'A', reducer: 'last' }),
      expression('C', { type: 'threshold', expression: 'B', conditions: [{ evaluator: threshold }] }),
    ],
  };
}

/** Computed by Grafana itself. */
const expression = (refId: string, model: object): object => ({
  refId,
  relativeTimeRange: { from: windowS, to: 0 },
  datasourceUid: '__expr__',
  model: { refId, datasource: { type: '__expr__', uid: '__expr__' }, ...model },
});
