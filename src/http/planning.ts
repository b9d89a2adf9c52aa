import Type from 'typebox';
import type { HorizonView, ShortfallReason } from '../control/horizonView.ts';
import { siteId } from '../domain/ids.ts';
import type { PhaseAmps } from '../domain/phases.ts';
import { priceRequest } from '../domain/priceRequest.ts';
import { can, demand } from './auth.ts';
import { type PlanBody, plan } from './planSchemas.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { refusal } from './problem.ts';
import { instant, instantOrNull } from './siteBody.ts';
import { notFound, visibleSite } from './visible.ts';

const params = Type.Object({ site: Type.String() });

/** `GET /sites/{site}/plan` and `PUT /sites/{site}/prices`. */
export const planning =
  (ports: HttpPorts): Plugin =>
  async (api) => {
    api.get(
      '/sites/:site/plan',
      {
        config: { right: 'read sites' },
        schema: {
          summary: 'What is planned over the coming hours, or why nothing is',
          params,
          response: { 200: plan },
        },
      },
      async ({ actor, params: { site } }) => {
        const id = siteId(site);
        visibleSite(ports, actor, id);
        const view = ports.planning.view(id);
        if (view === undefined) return notFound(`site "${id}" is not in the config`);
        return planBody(view, can(actor, 'read sessions', id));
      },
    );

    api.put(
      '/sites/:site/prices',
      {
        config: { right: 'set prices' },
        schema: {
          summary: 'Replaces the prices of the coming hours; durable when the answer comes',
          params,
          body: priceRequest,
          response: { 204: Type.Null({ description: 'They are in force' }) },
        },
      },
      async ({ actor, body, params: { site } }, reply) => {
        const id = siteId(site);
        demand(actor, 'set prices', id);
        visibleSite(ports, actor, id);
        const outcome = await ports.planning.setPrices(id, body, actor);
        if (outcome.status === 'refused') throw refusal(outcome);
        return reply.code(204).send(null);
      },
    );
  };

/** Sessions tell about drivers, so not everybody sees them. */
function planBody(view: HorizonView, showsSessions: boolean): PlanBody {
  return {
    site: view.siteId,
    madeAt: instantOrNull(view.madeAtMs),
    why: view.why ?? null,
    currency: view.currency ?? null,
    slots: view.slots.map(({ fromMs, untilMs, pricePerKwh }) => ({
      from: instant(fromMs),
      until: instant(untilMs),
      pricePerKwh: pricePerKwh ?? null,
    })),
    circuits: view.circuits.map((circuit) => ({
      id: circuit.id,
      plannedAmps: circuit.plannedAmps.map(rounded),
      limitAmps: circuit.limitAmps.map((amps) => (Number.isFinite(amps[0]) ? rounded(amps) : null)),
      limitWatts: circuit.limitWatts.map((watts) => (Number.isFinite(watts) ? watts : null)),
      backgroundAmps: circuit.backgroundAmps.map(rounded),
      shadowPriceAmps: circuit.shadowPriceAmps,
    })),
    sessions: !showsSessions
      ? []
      : view.sessions.map((session) => ({
          id: session.id,
          evse: session.evseId,
          departureAt: instant(session.departureMs),
          needsWh: Math.round(session.needsWh),
          amps: session.amps.map(hundredths),
          plannedWh: Math.round(session.plannedWh),
          shortfallWh: Math.round(session.shortfallWh),
          ...shortfallBody(session.shortfallWhy),
        })),
  };
}

function shortfallBody(
  why: ShortfallReason | undefined,
): Pick<PlanBody['sessions'][number], 'shortfallWhy' | 'shortfallReason'> {
  if (why === undefined) return { shortfallWhy: null, shortfallReason: null };
  if (why.kind !== 'not enough time') return { shortfallWhy: shortfallText(why), shortfallReason: why };
  const { kind, maxAmps, neededHours, leftHours } = why;
  const shown = {
    ...{ kind, maxAmps: tenths(maxAmps) },
    ...{ neededHours: tenths(neededHours), leftHours: tenths(leftHours) },
  };
  return { shortfallWhy: shortfallText(shown), shortfallReason: shown };
}

function shortfallText(why: ShortfallReason): string {
  switch (why.kind) {
    case 'not enough time':
      return `even at ${why.maxAmps} A it would take ${why.neededHours} h, and it leaves in ${why.leftHours} h`;
    case 'circuit full':
      return `circuit ${why.circuit} is full until it leaves`;
    case 'area full':
      return `area ${why.area} is full until it leaves`;
    default:
      return why satisfies never;
  }
}

const tenths = (value: number): number => Math.round(value * 10) / 10;
const hundredths = (value: number): number => Math.round(value * 100) / 100;
const rounded = (amps: PhaseAmps): PhaseAmps => [
  hundredths(amps[0]),
  hundredths(amps[1]),
  hundredths(amps[2]),
];
