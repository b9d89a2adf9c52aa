import Type, { type Static } from 'typebox';

const closed = { additionalProperties: false } as const;
const pemOrPath = (what: string) =>
  Type.Optional(
    Type.String({
      minLength: 1,
      maxLength: 65_536,
      description: `${what}: path of a PEM file, or the PEM text itself.`,
    }),
  );

/** How to reach the MQTT broker that carries meters in and states out. */
export const mqttConfig = Type.Object(
  {
    url: Type.Optional(
      Type.String({
        pattern: '^(mqtts?|wss?)://[^\\s]+$',
        maxLength: 512,
        description:
          'Broker: mqtt://, mqtts://, ws:// or wss://host:port. Left away: mqtt://127.0.0.1:1883. Not beside embedded.',
      }),
    ),
    embedded: Type.Optional(
      Type.Object(
        {
          host: Type.String({ default: '127.0.0.1', maxLength: 255, description: 'A loopback address.' }),
          port: Type.Integer({
            default: 1883,
            minimum: 0,
            maximum: 65_535,
            description: '0 takes any free port.',
          }),
        },
        {
          ...closed,
          description: 'Start a small broker (MQTT 3.1.1) in this process, for a trial. Not beside url.',
        },
      ),
    ),
    username: Type.Optional(Type.String({ maxLength: 256, description: 'User name at the broker.' })),
    password: Type.Optional(
      Type.String({
        maxLength: 1024,
        description: 'Password at the broker. Better taken from the environment than written into the file.',
      }),
    ),
    protocolVersion: Type.Optional(
      Type.Enum([4, 5], {
        description: '5 or 4 (MQTT 3.1.1). Left away: 5, and 4 if the broker does not speak 5.',
      }),
    ),
    clientId: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 128,
        description:
          'Name at the broker, stable over restarts and different for each Lastvakt: the broker drops the older of two ' +
          'clients with one name. Left away: "lastvakt-" and the name of the machine.',
      }),
    ),
    tls: Type.Optional(
      Type.Object(
        {
          ca: pemOrPath("Authority that signed the broker's certificate"),
          cert: pemOrPath('Own certificate, where the broker asks for one'),
          key: pemOrPath('Private key of cert'),
        },
        { ...closed, description: 'For mqtts:// and wss://. Left away: the authorities Node trusts.' },
      ),
    ),
  },
  { ...closed, description: 'The MQTT broker.' },
);
export type MqttConfig = Static<typeof mqttConfig>;

/** What is wrong with a config that fits the schema: where in it, and what to do. */
export interface SettingFault {
  /** JSON Pointer from the object that was judged. */
  readonly path: string;
  readonly message: string;
}

export function mqttFaults(config: MqttConfig): readonly SettingFault[] {
  const { url, embedded, tls } = config;
  const faults: SettingFault[] = [];
  if (url !== undefined && embedded !== undefined) {
    faults.push({ path: '/embedded', message: 'cannot stand beside url: give one of the two' });
  }
  if (tls !== undefined && !/^(mqtts|wss):/.test(url ?? '')) {
    faults.push({
      path: '/tls',
      message: 'needs a url with mqtts:// or wss://: change the url or remove tls',
    });
  }
  if ((tls?.cert === undefined) !== (tls?.key === undefined)) {
    faults.push({ path: '/tls', message: 'must have both cert and key, or neither' });
  }
  return faults;
}
