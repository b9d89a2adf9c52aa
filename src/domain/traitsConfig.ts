import { Type } from 'typebox';

const closed = { additionalProperties: false };

/** `stations[].traits`: what is set here goes before everything that is learnt, known of the model or told. */
export const traitsConfig = Type.Object(
  {
    unit: Type.Optional(Type.Enum(['A', 'W'], { description: 'unit of its charging schedules' })),
    stepAmps: Type.Optional(
      Type.Number({ minimum: 0.1, maximum: 16, description: 'setpoints are rounded down to it; else 1' }),
    ),
    stackLevel: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 98,
        description: 'of the standing TxDefaultProfile and of the leases above it; else 0',
      }),
    ),
    stackLevelMax: Type.Optional(
      Type.Integer({ minimum: 0, maximum: 999, description: 'the highest it takes' }),
    ),
    periodsMax: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1024, description: 'periods of one schedule' }),
    ),
    kind: Type.Optional(
      Type.Enum(['absolute', 'relative', 'dynamic'], {
        description: 'of the schedules of setpoints; dynamic: OCPP 2.1, with leaseForm offline',
      }),
    ),
    standingKind: Type.Optional(
      Type.Enum(['absolute', 'relative'], { description: 'of the schedule of the standing profile' }),
    ),
    startsInPast: Type.Optional(
      Type.Boolean({ description: 'whether a schedule may begin a minute ago, for a clock that is slow' }),
    ),
    takesZero: Type.Optional(
      Type.Boolean({ description: 'false: a pause is 1 A, which no cable can signal' }),
    ),
    resumes: Type.Optional(
      Type.Enum(['well', 'stays paused', 'at full power'], {
        description:
          'what becomes of a pause; other than well, there is none for a turn or a cheaper hour: it keeps its minimum',
      }),
    ),
    phasesHonoured: Type.Optional(
      Type.Boolean({
        description: 'whether it heeds numberPhases; else it is not told, as a DC station must not be',
      }),
    ),
    answersWithinS: Type.Optional(
      Type.Number({ minimum: 1, maximum: 150, description: 'how long it may take to answer a setpoint' }),
    ),
    persistentPerHour: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3600,
        description:
          'how often an hour it may be told what it writes to flash memory: raises wait, of a car that stands until twice as often; leases are longer',
      }),
    ),
    rung: Type.Optional(
      Type.Enum(['transaction', 'transaction default', 'station maximum', 'vendor key'], {
        description:
          'what a setpoint is written as: TxProfile, TxDefaultProfile, maximum of the station, vendorKey',
      }),
    ),
    vendorKey: Type.Optional(
      Type.Object(
        {
          key: Type.String({
            minLength: 1,
            maxLength: 100,
            description: '1.6: the key; 2.x: Component.Variable',
          }),
          unit: Type.Enum(['A', 'dA', 'cA', 'mA'], { description: 'of its value' }),
        },
        {
          ...closed,
          description:
            'the last rung; its EVSEs count maxAmps in the failsafe budget, as with leaseForm none',
        },
      ),
    ),
    leaseForm: Type.Optional(
      Type.Enum(['tail', 'duration', 'offline', 'none'], {
        description:
          'how a setpoint ends when it no longer hears from us: by a second period, by the duration of the schedule, ' +
          'once it has been offline for leaseS (OCPP 2.1), or not at all; none: its EVSEs count maxAmps in the ' +
          'failsafe budget, because they keep their last value for ever',
      }),
    ),
  },
  { ...closed, default: {} },
);
