import Type, { type Static, type TSchema } from 'typebox';
import { closed } from './closed.ts';

/** A value that may be unknown or not there. Null rather than absent, so that every answer has one shape. */
export const nullable = <S extends TSchema>(schema: S) =>
  Type.Unsafe<Static<S> | null>({ anyOf: [schema, { type: 'null' }] });

/** One of the words, as a type too. */
const oneOf = <const Words extends readonly string[]>(words: Words, description?: string) =>
  Type.Unsafe<Words[number]>({ type: 'string', enum: [...words], ...(description && { description }) });

/** A schema of `namedSchemas`, by its name there: it becomes a component of the OpenAPI document. */
export const named = <T>(name: keyof typeof namedSchemas) => Type.Unsafe<T>({ $ref: `${name}#` });

export const instant = (description: string) =>
  Type.String({ format: 'date-time', description: `${description}, UTC` });
export const phaseAmps = (description: string) =>
  Type.Unsafe<readonly [number, number, number]>({
    ...Type.Array(Type.Number(), { minItems: 3, maxItems: 3 }),
    description: `${description}, on [L1, L2, L3]`,
  });
const phase = oneOf(['L1', 'L2', 'L3']);
export const profileType = oneOf(
  ['CHEAP', 'FAST', 'GREEN', 'REGULAR'],
  'How its driver wants to charge, as OCPI has it',
);

const limitOrigin = Type.Object(
  {
    kind: oneOf(['breaker', 'rating', 'limit']),
    limitId: Type.Optional(Type.String()),
    source: Type.Optional(oneOf(['site-operator', 'grid-operator'])),
    reason: Type.Optional(Type.String()),
    until: Type.Optional(nullable(instant('When the limit ends, null for a standing one'))),
  },
  { ...closed, description: 'What imposes the limit. All but kind are there for kind "limit".' },
);
export type LimitOriginBody = Static<typeof limitOrigin>;

const reason = Type.Object(
  {
    kind: oneOf([
      'no session',
      'interrupted',
      'own maximum',
      'car takes less',
      'bound by a partner',
      'circuit full',
      'area full',
      'paused',
      'planned later',
      'starting',
      'stopped',
      'offline',
      'not answering',
      'token refused',
      'not obeying',
      'waiting for others',
      'memory spared',
    ]),
    text: Type.String({ description: 'The same as a sentence in English' }),
    amps: Type.Optional(Type.Number()),
    circuit: Type.Optional(Type.String()),
    phase: Type.Optional(phase),
    area: Type.Optional(Type.String()),
    why: Type.Optional(
      oneOf(['cheaper', 'greener', 'peak', 'others first', 'has enough'], 'Why the plan holds it back'),
    ),
    until: Type.Optional(nullable(instant('When its next current is planned'))),
    needsWh: Type.Optional(Type.Number({ description: 'What it still wants' })),
    departureAt: Type.Optional(instant('By when it wants that')),
    by: Type.Optional(Type.String({ description: 'Who stopped the site' })),
    rung: Type.Optional(
      oneOf(
        ['repeat', 'station maximum', 'remote stop', 'alarm'],
        'What was done last about a station that does not obey, or takes no command',
      ),
    ),
    limitedBy: Type.Optional(limitOrigin),
  },
  { ...closed, description: 'Why the EVSE has the current it has' },
);
export type ReasonBody = Static<typeof reason>;

const sessionFigures = {
  id: Type.String(),
  evse: Type.String(),
  station: Type.String(),
  transactionId: Type.String({ description: "The station's name for it" }),
  state: oneOf(['authorised', 'charging', 'suspended-by-ev', 'suspended-by-us', 'finished']),
  startedAt: instant('When it started'),
  endedAt: nullable(instant('When it ended')),
  endReason: nullable(Type.String()),
  energyWh: Type.Number({ description: 'Delivered so far' }),
  wantedEnergyWh: nullable(Type.Number({ description: 'What the driver wants in all' })),
  departureAt: nullable(instant('When the driver wants to leave')),
  priority: nullable(Type.Integer({ description: "Overrides the EVSE's priority class" })),
  profile: nullable(profileType),
};
const session = Type.Object(sessionFigures, closed);
export type SessionBody = Static<typeof session>;

const sessionDetail = Type.Object(
  {
    ...sessionFigures,
    marks: Type.Array(Type.String(), {
      description:
        'What a bill should not pass over: begin unseen, stop missing, clock corrected, clock guessed, told late, ' +
        'messages missing, meter reset, meter rollover, meter glitch',
    }),
    meterStartWh: nullable(Type.Number({ description: 'Energy register at the begin' })),
    meterStopWh: nullable(Type.Number({ description: 'Energy register at the end' })),
    periods: Type.Array(
      Type.Object(
        {
          from: instant('Begin'),
          until: instant('End'),
          state: oneOf(
            ['authorised', 'charging', 'suspended-by-ev', 'suspended-by-us'],
            'suspended-by-ev: the vehicle asks for no power; suspended-by-us: it would take more than it gets',
          ),
          energyWh: Type.Number({ description: 'Delivered in it' }),
        },
        closed,
      ),
      { description: 'Cut at every change of state and every quarter of an hour' },
    ),
    signedValues: Type.Array(
      Type.Object(
        {
          at: instant('When it was taken'),
          context: nullable(Type.String()),
          data: Type.String({ description: 'Word for word as the station sent it' }),
          signingMethod: nullable(Type.String()),
          encodingMethod: nullable(Type.String()),
          publicKey: nullable(Type.String()),
        },
        closed,
      ),
    ),
  },
  { ...closed, description: 'A session with its history' },
);
export type SessionDetailBody = Static<typeof sessionDetail>;

const evse = Type.Object(
  {
    id: Type.String(),
    station: Type.String(),
    number: Type.Integer(),
    phases: Type.Array(phase, { description: "The circuit's phase behind each of its own conductors" }),
    state: oneOf([
      'offline',
      'available',
      'occupied',
      'reserved',
      'unavailable',
      'faulted',
      'unknown',
      'charging',
      'paused',
      'suspended-by-ev',
    ]),
    setpointAmps: nullable(Type.Number({ description: 'What the station was last told for the session' })),
    allocatedAmps: Type.Number({ description: 'What the plan wants it to have' }),
    exposureAmps: Type.Number({ description: 'The most that may be in force there' }),
    failsafeAmps: Type.Number({ description: 'What it falls to when it no longer hears from us' }),
    minAmps: Type.Number({ description: 'The least a car can be given besides nothing' }),
    maxAmps: Type.Number({ description: 'Of the hardware' }),
    drawAmps: phaseAmps('What it draws'),
    session: nullable(Type.Unsafe<SessionBody>({ $ref: 'Session#' })),
    isNonLeasing: Type.Boolean({
      description: 'It keeps its last setpoint for ever when it no longer hears from us',
    }),
    clockSkewMs: nullable(Type.Number({ description: "How far its station's clock is ahead of ours" })),
    reason,
  },
  closed,
);
export type EvseBody = Static<typeof evse>;

const meterVerdict = Type.Object(
  {
    kind: oneOf([
      'out of range',
      'unit changed',
      'sign changed',
      'frozen',
      'less than our charging',
      'phases swapped',
    ]),
    why: Type.String(),
    isUsed: Type.Boolean({ description: 'False: what it tells is not used, as if it were silent' }),
  },
  { ...closed, description: 'What speaks against the meter of the circuit' },
);

const circuitFigures = {
  id: Type.String(),
  breakerAmps: Type.Number(),
  limitAmps: phaseAmps('The effective limit now'),
  limitedBy: limitOrigin,
  drawAmps: phaseAmps('Measured, or the sum of what is known to flow below'),
  backgroundAmps: phaseAmps('What we do not control'),
  exposureAmps: phaseAmps('The most our EVSEs may have in force'),
  headroomAmps: phaseAmps('Limit less background less exposure; negative when over'),
  basis: oneOf(['measured', 'assumed', 'unmetered'], 'What backgroundAmps rests on'),
  readingAgeMs: nullable(Type.Number({ description: 'Age of the oldest field in use' })),
  meterVerdict: nullable(meterVerdict),
  marginAmps: phaseAmps('Kept free for steps of the background'),
  failsafeAmps: phaseAmps('What its EVSEs fall to together when they no longer hear from us'),
};
const circuitSummary = Type.Object(circuitFigures, closed);
export type CircuitSummaryBody = Static<typeof circuitSummary>;

export interface CircuitBody extends CircuitSummaryBody {
  readonly evses: readonly EvseBody[];
  readonly circuits: readonly CircuitBody[];
}
const circuit = Type.Object(
  {
    ...circuitFigures,
    evses: Type.Array(Type.Unsafe<EvseBody>({ $ref: 'Evse#' })),
    circuits: Type.Array(Type.Unsafe<CircuitBody>({ $ref: 'Circuit#' })),
  },
  closed,
);

export const siteStop = Type.Object(
  { at: instant('When it was stopped'), by: Type.String(), reason: Type.String() },
  { ...closed, description: 'Who stopped the site by hand' },
);
export type SiteStopBody = Static<typeof siteStop>;

const site = Type.Object(
  {
    id: Type.String(),
    name: Type.String(),
    timeZone: Type.String(),
    state: oneOf(['starting', 'normal', 'assumed', 'failsafe', 'stopped']),
    stop: nullable(siteStop),
    tick: Type.Object(
      {
        number: Type.Integer(),
        at: instant('When the tick ran'),
        durationMs: Type.Number(),
        cause: oneOf(['pace', 'drop']),
      },
      closed,
    ),
    circuit: Type.Unsafe<CircuitBody>({ $ref: 'Circuit#' }),
  },
  { ...closed, description: 'A site: its tree of circuits from the grid connection down' },
);
export type SiteBody = Static<typeof site>;

const explanation = Type.Object(
  {
    evse: Type.String(),
    site: Type.String(),
    at: instant('When the tick ran that decided it'),
    state: evse.properties.state,
    setpointAmps: evse.properties.setpointAmps,
    allocatedAmps: evse.properties.allocatedAmps,
    drawAmps: evse.properties.drawAmps,
    reason,
    path: Type.Array(circuitSummary, { description: 'From its circuit up to the grid connection' }),
  },
  closed,
);
export type ExplanationBody = Static<typeof explanation>;

const limit = Type.Object(
  {
    id: Type.String(),
    site: nullable(Type.String()),
    circuit: nullable(Type.String()),
    area: nullable(Type.String()),
    amps: nullable(Type.Number({ description: 'On each phase' })),
    watts: nullable(Type.Number({ description: 'Sum over the phases' })),
    phaseAmps: nullable(
      Type.Array(nullable(Type.Number()), { description: 'On L1, L2, L3; null where it says nothing' }),
    ),
    connection: nullable(
      Type.String({ description: 'Of the grid operator that said it; null when set by hand' }),
    ),
    externalId: nullable(Type.String()),
    version: nullable(Type.Number()),
    boundary: oneOf(['connection', 'controllable']),
    kind: oneOf(['cap', 'baseline', 'reservation', 'target']),
    role: oneOf(['event', 'default', 'failsafe']),
    source: oneOf(['site-operator', 'grid-operator']),
    setBy: Type.String(),
    reason: Type.String(),
    from: instant('In force from'),
    until: nullable(instant('In force up to, null for a standing limit')),
    createdAt: instant('When it was set'),
  },
  { ...closed, description: 'A limit on a circuit (site and circuit) or on an area' },
);
export type LimitBody = Static<typeof limit>;

const problem = Type.Object(
  {
    type: Type.String(),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String({ description: 'What is wrong, and what to do' }),
    field: Type.Optional(Type.String({ description: 'The key of the request at fault' })),
    code: Type.Optional(
      Type.String({
        description: 'Which refusal it is, for whoever says it in other words; it never changes',
      }),
    ),
    values: Type.Optional(
      Type.Record(Type.String(), Type.String(), { description: 'What stands in a refusal with a code' }),
    ),
    parts: Type.Optional(
      Type.Record(
        Type.String(),
        Type.Object({ code: Type.String(), values: Type.Record(Type.String(), Type.String()) }, closed),
        { description: 'Values that are refusals with a code themselves' },
      ),
    ),
  },
  { ...closed, description: 'RFC 9457' },
);

/** The components of the OpenAPI document. */
export const namedSchemas = {
  Site: site,
  Circuit: circuit,
  Evse: evse,
  Session: session,
  SessionDetail: sessionDetail,
  Explanation: explanation,
  Limit: limit,
  Reason: reason,
  Problem: problem,
} as const;
