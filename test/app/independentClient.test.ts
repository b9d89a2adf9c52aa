import { connectAsync } from 'mqtt';
import { RPCClient } from 'ocpp-rpc';
import { afterEach, describe, expect, it } from 'vitest';
import { givenApp } from './givenApp.ts';
import { eventually } from './givenService.ts';
import { curtail, oneStationConfig, post, publishDraw } from './oneStation.ts';

// The whole service with a station built on somebody else's OCPP stack. In strict mode it checks every message of both
// sides against the published schemas.

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

interface Period {
  readonly startPeriod: number;
  readonly limit: number;
}

interface Schedule {
  readonly startSchedule: string;
  readonly chargingRateUnit: string;
  readonly chargingSchedulePeriod: readonly Period[];
}

/** What the versions call the same things. */
interface Dialect {
  readonly protocol: 'ocpp1.6' | 'ocpp2.0.1' | 'ocpp2.1';
  /** The stack looks for the schemas of 2.1 under other names than it has them. */
  readonly strictMode: boolean;
  readonly accepted: Readonly<Record<string, (request: never) => object>>;
  schedule(request: never): { readonly purpose: string; readonly schedule: Schedule };
  composite(request: { readonly duration: number }, limit: number): object;
  boot: object;
  start(client: RPCClient): Promise<void>;
  measure(client: RPCClient, amps: number): Promise<unknown>;
}

const nowText = (): string => new Date().toISOString();
let transactionId = 0;
let sequence = 0;

const v16: Dialect = {
  protocol: 'ocpp1.6',
  strictMode: true,
  accepted: {
    ChangeConfiguration: () => ({ status: 'Accepted' }),
    TriggerMessage: () => ({ status: 'Accepted' }),
  },
  schedule: ({
    csChargingProfiles,
  }: {
    csChargingProfiles: { chargingProfilePurpose: string; chargingSchedule: Schedule };
  }) => ({
    purpose: csChargingProfiles.chargingProfilePurpose,
    schedule: csChargingProfiles.chargingSchedule,
  }),
  composite: ({ duration }, limit) => ({
    status: 'Accepted',
    connectorId: 1,
    scheduleStart: nowText(),
    chargingSchedule: {
      duration,
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    },
  }),
  boot: { chargePointVendor: 'Other', chargePointModel: 'Stack' },
  async start(client) {
    await client.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Preparing' });
    const start = { connectorId: 1, idTag: 'T1', meterStart: 0, timestamp: nowText() };
    ({ transactionId } = (await client.call('StartTransaction', start)) as { transactionId: number });
    await client.call('StatusNotification', { connectorId: 1, errorCode: 'NoError', status: 'Charging' });
  },
  measure: (client, amps) =>
    client.call('MeterValues', {
      connectorId: 1,
      transactionId,
      meterValue: [
        {
          timestamp: nowText(),
          sampledValue: [{ value: String(amps), measurand: 'Current.Import', unit: 'A' }],
        },
      ],
    }),
};

const v201: Dialect = {
  protocol: 'ocpp2.0.1',
  strictMode: true,
  accepted: {
    SetVariables: ({
      setVariableData,
    }: {
      setVariableData: readonly { component: object; variable: object }[];
    }) => ({
      setVariableResult: setVariableData.map(({ component, variable }) => ({
        attributeStatus: 'Accepted',
        component,
        variable,
      })),
    }),
    TriggerMessage: () => ({ status: 'Accepted' }),
  },
  schedule: ({
    chargingProfile,
  }: {
    chargingProfile: { chargingProfilePurpose: string; chargingSchedule: readonly [Schedule] };
  }) => ({
    purpose: chargingProfile.chargingProfilePurpose,
    schedule: chargingProfile.chargingSchedule[0],
  }),
  composite: ({ duration }, limit) => ({
    status: 'Accepted',
    schedule: {
      evseId: 1,
      duration,
      scheduleStart: nowText(),
      chargingRateUnit: 'A',
      chargingSchedulePeriod: [{ startPeriod: 0, limit }],
    },
  }),
  boot: { reason: 'PowerUp', chargingStation: { vendorName: 'Other', model: 'Stack' } },
  async start(client) {
    sequence = 0;
    await client.call('StatusNotification', {
      timestamp: nowText(),
      connectorStatus: 'Occupied',
      evseId: 1,
      connectorId: 1,
    });
    await client.call('TransactionEvent', {
      eventType: 'Started',
      timestamp: nowText(),
      triggerReason: 'Authorized',
      seqNo: sequence,
      transactionInfo: { transactionId: 'tx-1', chargingState: 'Charging' },
      idToken: { idToken: 'T1', type: 'ISO14443' },
      evse: { id: 1, connectorId: 1 },
    });
  },
  measure: (client, amps) =>
    client.call('TransactionEvent', {
      eventType: 'Updated',
      timestamp: nowText(),
      triggerReason: 'MeterValuePeriodic',
      seqNo: ++sequence,
      transactionInfo: { transactionId: 'tx-1', chargingState: 'Charging' },
      evse: { id: 1, connectorId: 1 },
      meterValue: [
        {
          timestamp: nowText(),
          sampledValue: [{ value: amps, measurand: 'Current.Import', unitOfMeasure: { unit: 'A' } }],
        },
      ],
    }),
};

const v21: Dialect = { ...v201, protocol: 'ocpp2.1', strictMode: false };

/** What a schedule allows now, as the independent station reads it. */
function allowedAmps({ startSchedule, chargingSchedulePeriod }: Schedule): number {
  const sinceS = (Date.now() - Date.parse(startSchedule)) / 1000;
  return chargingSchedulePeriod.filter(({ startPeriod }) => startPeriod <= sinceS).at(-1)?.limit ?? 0;
}

describe.each([v16, v201, v21])('a station on another stack, $protocol', (dialect) => {
  it('boots, starts, is limited, obeys, and finds its composite schedule', async () => {
    const { app, api } = await givenApp(oneStationConfig);
    ends.push(() => app.stop());
    const meter = await connectAsync(`mqtt://127.0.0.1:${app.mqttPort}`);
    ends.push(() => meter.endAsync(true));

    const client = new RPCClient({
      endpoint: `ws://127.0.0.1:${app.ocppPort}/ocpp`,
      identity: 'CP-A1',
      protocols: [dialect.protocol],
      strictMode: dialect.strictMode,
      reconnect: false,
    } as ConstructorParameters<typeof RPCClient>[0]); // Its types want every option, though all have defaults.
    let standing: Schedule | undefined;
    let lease: Schedule | undefined;
    const offeredAmps = (): number =>
      lease === undefined ? (standing?.chargingSchedulePeriod[0]?.limit ?? 32) : allowedAmps(lease);
    for (const [action, answer] of Object.entries(dialect.accepted)) {
      client.handle(action, async ({ params }) => ({ ...answer(params as never) }));
    }
    client.handle('SetChargingProfile', async ({ params }) => {
      const { purpose, schedule } = dialect.schedule(params as never);
      if (purpose === 'TxProfile') lease = schedule;
      else standing = schedule;
      return { status: 'Accepted' };
    });
    client.handle('GetCompositeSchedule', async ({ params }) => ({
      ...dialect.composite(params as { duration: number }, offeredAmps()),
    }));
    await client.connect();
    ends.push(() => client.close());

    await client.call('BootNotification', dialect.boot);
    // The standing low profile is there before any car.
    await eventually(() => (standing === undefined ? undefined : true));
    expect(standing?.chargingSchedulePeriod).toEqual([expect.objectContaining({ startPeriod: 0, limit: 6 })]);
    await dialect.start(client);

    // The building draws 10 A, the car all it is offered.
    const live = setInterval(() => {
      publishDraw(meter, offeredAmps());
      dialect.measure(client, offeredAmps()).catch(() => {});
    }, 200);
    ends.push(() => clearInterval(live));
    await eventually(() => (offeredAmps() === 22 ? true : undefined));
    expect(lease?.chargingSchedulePeriod.at(-1)).toMatchObject({ limit: 6 });

    const curtailed = await curtail(api);
    expect(curtailed.status).toBe(201);
    await eventually(() => (offeredAmps() <= 8 ? true : undefined));

    const command = `${api}/api/v1/stations/CP-A1/commands/composite-schedule`;
    const asked = await post(command, { evseNumber: 1, durationS: 60, unit: 'A' });
    expect(asked.status).toBe(200);
    expect(JSON.stringify(await asked.json())).toContain('"limit":8');
  });
});
