import Type from 'typebox';
import type { SiteView } from '../control/siteView.ts';
import { siteId } from '../domain/ids.ts';
import { type Minute, type MinuteSeries, minuteMs, Steps } from '../domain/minutes.ts';
import { can } from './auth.ts';
import { closed } from './closed.ts';
import { instantIfGiven } from './instantGiven.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { refusal } from './problem.ts';
import { nullable } from './schemas.ts';
import { instant } from './siteBody.ts';
import { notFound, visibleSite } from './visible.ts';

const stepsS = ['60', '300', '900', '3600', '86400'] as const;
/** Steps in one answer, and the longest time it covers: what has to be read for it stays bounded. */
const rowsMax = 1_500;
const dayMs = 86_400_000;
const pageMaxMs = 100 * dayMs;

const query = Type.Object(
  {
    circuit: Type.Optional(Type.String({ maxLength: 48, description: 'Of this circuit' })),
    evse: Type.Optional(
      Type.String({ maxLength: 48, description: 'Of this EVSE; without both of the site' }),
    ),
    from: Type.Optional(
      Type.String({ maxLength: 40, description: 'ISO 8601 with zone; left away: a day before until' }),
    ),
    until: Type.Optional(Type.String({ maxLength: 40, description: 'Not included; left away: now' })),
    step: Type.Optional(
      Type.Enum([...stepsS], {
        description: 'Seconds in UTC; left away: the finest with which it fits one answer',
      }),
    ),
  },
  closed,
);

const history = Type.Object(
  {
    site: Type.String(),
    kind: Type.Enum(['site', 'circuit', 'evse']),
    id: Type.String(),
    stepS: Type.Integer(),
    at: Type.Array(Type.String({ format: 'date-time' }), { description: 'Begin of each step that is known' }),
    figures: Type.Record(Type.String(), Type.Array(nullable(Type.Number())), {
      description: 'By name, a value for each step, null where it was not known: see grafana/README.md',
    }),
    next: nullable(Type.String({ format: 'date-time', description: 'Ask again from there for the rest' })),
  },
  closed,
);

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** `GET /sites/{site}/history`: the minutes of the last months, or longer steps of them. */
export const siteHistory =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/sites/:site/history',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'What a site, a circuit or an EVSE did, by the minute or in longer steps, for 13 months',
          params: Type.Object({ site: Type.String() }),
          querystring: query,
          response: { 200: history },
        },
      },
      async ({ actor, params, query: asked }) => {
        const view = visibleSite(ports, actor, siteId(params.site));
        const series = seriesIn(view, asked);
        const span = spanOf(asked, ports.clock.nowMs());
        const stepMs = asked.step === undefined ? finestStep(span) : Number(asked.step) * 1000;
        const page = pageOf(span, stepMs);
        const steps = new Steps(stepMs);
        for await (const minute of ports.history(series, page)) steps.add(minute);
        const { kind, id } = series;
        const hidden = can(actor, 'read sessions', view.siteId) ? [] : ['energy_wh'];
        return {
          ...{ site: view.siteId, kind, id, stepS: stepMs / 1000 },
          ...columns(steps.minutes(), hidden),
          next: page.untilMs < span.untilMs ? instant(page.untilMs) : null,
        };
      },
    );
  };

function seriesIn(
  { siteId: site, circuits, evses }: SiteView,
  asked: { readonly circuit?: string; readonly evse?: string },
): MinuteSeries {
  const { circuit, evse } = asked;
  if (circuit !== undefined && evse !== undefined)
    throw refusal({ status: 'refused', field: 'evse', why: 'cannot be asked beside circuit: ask for one' });
  if (evse !== undefined) {
    if (!evses.some(({ id }) => id === evse)) return notFound(`site "${site}" has no EVSE "${evse}"`);
    return { siteId: site, kind: 'evse', id: evse };
  }
  if (circuit === undefined) return { siteId: site, kind: 'site', id: site };
  if (!circuits.some(({ id }) => id === circuit))
    return notFound(`site "${site}" has no circuit "${circuit}"`);
  return { siteId: site, kind: 'circuit', id: circuit };
}

function spanOf(asked: { readonly from?: string; readonly until?: string }, nowMs: number): Span {
  const untilMs = instantIfGiven('until', asked.until) ?? nowMs;
  const fromMs = instantIfGiven('from', asked.from) ?? untilMs - dayMs;
  if (fromMs >= untilMs) throw refusal({ status: 'refused', field: 'from', why: 'must be before until' });
  return { fromMs, untilMs };
}

function finestStep({ fromMs, untilMs }: Span): number {
  const fits = stepsS.map((step) => Number(step) * 1000).find((step) => untilMs - fromMs <= rowsMax * step);
  return fits ?? dayMs;
}

/** As much of the span as one answer holds; it ends where a step does. */
function pageOf({ fromMs, untilMs }: Span, stepMs: number): Span {
  const beginMs = Math.floor(fromMs / stepMs) * stepMs;
  const lengthMs = Math.min(rowsMax * stepMs, Math.floor(pageMaxMs / stepMs) * stepMs);
  return { fromMs: Math.ceil(fromMs / minuteMs) * minuteMs, untilMs: Math.min(untilMs, beginMs + lengthMs) };
}

function columns(minutes: readonly Minute[], hidden: readonly string[]) {
  const names = new Set(minutes.flatMap(({ figures }) => Object.keys(figures)));
  for (const name of hidden) names.delete(name);
  return {
    at: minutes.map(({ atMs }) => instant(atMs)),
    figures: Object.fromEntries(
      [...names].sort().map((name) => [name, minutes.map(({ figures }) => figures[name] ?? null)]),
    ),
  };
}
