import Type, { type Static } from 'typebox';
import { compile } from '../schema.ts';
import type { GridLimit, LimitSource, LimitTarget, LimitValue } from './gridLimit.ts';
import type { LimitId } from './ids.ts';
import { instantMs } from './instant.ts';
import type { Area, Site } from './site.ts';

/** A limit that ends later than this is a standing one that nobody will remember. */
const horizonDays = 366;
const dayMs = 86_400_000;

const id = (description: string) => Type.Optional(Type.String({ minLength: 1, maxLength: 64, description }));
const instant = (description: string) => Type.Optional(Type.String({ maxLength: 40, description }));

/** What somebody sends to set a limit, over HTTP and over MQTT alike. */
export const limitRequest = Type.Object(
  {
    site: id('The site of the circuit. Give either site or area.'),
    circuit: id('The circuit of the site to limit. Left away: its grid connection.'),
    area: id('The area to limit: the sum over its sites, in watts.'),
    amps: Type.Optional(
      Type.Number({ description: 'On each phase of the circuit. Give either amps or watts.' }),
    ),
    watts: Type.Optional(Type.Number({ description: 'Sum over the phases.' })),
    from: instant('In force from this instant, ISO 8601 with zone. Left away: from now.'),
    until: instant('In force up to, not including, this instant, ISO 8601 with zone.'),
    standing: Type.Optional(
      Type.Boolean({ description: 'True: in force until it is deleted. Then until must be left away.' }),
    ),
    reason: Type.String({ minLength: 1, maxLength: 200, description: 'Why, for whoever asks later.' }),
  },
  { additionalProperties: false },
);
export type LimitRequest = Static<typeof limitRequest>;

const fitting = compile(limitRequest);

/** `field` is the key of the request at fault, `why` says what is wrong with it and what to send instead. */
export interface Refusal {
  readonly status: 'refused';
  readonly field: string;
  readonly why: string;
}

export interface LimitRequestInput {
  /** As it came from outside: anything. */
  readonly body: unknown;
  readonly source: LimitSource;
  /** Name of the key or connection that asks. */
  readonly setBy: string;
  readonly sites: readonly Site[];
  readonly areas: readonly Area[];
  /** The id the limit gets when it is accepted. */
  readonly id: LimitId;
  readonly nowMs: number;
}

/**
 * The limit that a request asks for, or the first thing wrong with it.
 *
 * It judges whether the request makes sense, not whether the sender may ask: that is the caller's to know. An end
 * is demanded because a forgotten limit strands drivers for ever; who means it to stay says so.
 */
export function limitFromRequest(
  input: LimitRequestInput,
): { readonly status: 'accepted'; readonly limit: GridLimit } | Refusal {
  const { body, nowMs } = input;
  if (!fitting.check(body)) {
    const [fault] = fitting.faults();
    return refused(fault?.path.slice(1) || 'body', fault?.message ?? 'does not fit');
  }
  const target = targetOf(body, input);
  if ('status' in target) return target;
  const value = amountOf(body);
  if ('status' in value) return value;
  const validity = validityOf(body, nowMs);
  if ('status' in validity) return validity;

  const { id, source, setBy } = input;
  const { reason } = body;
  return {
    status: 'accepted',
    limit: { id, target, value, source, setBy, reason, ...validity, createdAtMs: nowMs },
  };
}

function targetOf(body: LimitRequest, { sites, areas }: LimitRequestInput): LimitTarget | Refusal {
  if (body.area !== undefined) {
    if (body.site !== undefined) return refused('area', 'cannot stand beside site: give one of the two');
    if (body.circuit !== undefined)
      return refused('circuit', 'cannot stand beside area: give site and circuit, or area');
    const area = areas.find(({ id }) => id === body.area);
    return area ? { kind: 'area', areaId: area.id } : refused('area', `"${body.area}" is not in the config`);
  }
  if (body.site === undefined) return refused('site', 'is missing: give the site of the circuit, or an area');
  const site = sites.find(({ id }) => id === body.site);
  if (site === undefined) return refused('site', `"${body.site}" is not in the config`);
  const circuit =
    body.circuit === undefined ? site.circuits[0] : site.circuits.find(({ id }) => id === body.circuit);
  if (circuit === undefined) {
    return refused(
      'circuit',
      `"${body.circuit}" is not a circuit of site "${site.id}": see GET /api/v1/sites/${site.id}`,
    );
  }
  return { kind: 'circuit', siteId: site.id, circuitId: circuit.id };
}

function amountOf({ amps, watts, area }: LimitRequest): LimitValue | Refusal {
  if (amps !== undefined && watts !== undefined)
    return refused('watts', 'cannot stand beside amps: give one of the two');
  if (area !== undefined && amps !== undefined)
    return refused('amps', 'has no meaning for an area: give watts');
  if (amps !== undefined) return atLeastNothing('amps', amps) ?? { amps };
  if (watts !== undefined) return atLeastNothing('watts', watts) ?? { watts };
  const field = area === undefined ? 'amps' : 'watts';
  return refused(field, 'is missing: give the limit in amps per phase, or in watts over all phases');
}

function atLeastNothing(field: string, value: number): Refusal | undefined {
  if (value >= 0) return undefined;
  return refused(field, `is ${value}, but a limit on import cannot be negative: give 0 to stop all charging`);
}

function validityOf(
  body: LimitRequest,
  nowMs: number,
): { readonly fromMs: number; readonly untilMs: number | undefined } | Refusal {
  const fromMs = body.from === undefined ? nowMs : instantMs(body.from);
  if (fromMs === undefined) return notAnInstant('from');
  if (body.standing === true) {
    if (body.until !== undefined)
      return refused('until', 'cannot stand beside "standing": true: give one of the two');
    return { fromMs, untilMs: undefined };
  }
  if (body.until === undefined) {
    return refused(
      'until',
      'is missing: give the instant at which the limit ends, or "standing": true if it shall stay',
    );
  }
  const untilMs = instantMs(body.until);
  if (untilMs === undefined) return notAnInstant('until');
  if (untilMs <= nowMs) {
    return refused(
      'until',
      `is in the past: give an instant after now, which is ${new Date(nowMs).toISOString()}`,
    );
  }
  if (untilMs <= fromMs) return refused('until', 'is not after from: give a later instant');
  if (untilMs > nowMs + horizonDays * dayMs) {
    return refused(
      'until',
      `is more than ${horizonDays} days away: give an earlier instant, or "standing": true`,
    );
  }
  return { fromMs, untilMs };
}

const notAnInstant = (field: string): Refusal =>
  refused(
    field,
    'is not an instant: give ISO 8601 with a zone, such as 2026-01-31T18:00:00Z or 2026-01-31T18:00:00+01:00',
  );

const refused = (field: string, why: string): Refusal => ({ status: 'refused', field, why });
