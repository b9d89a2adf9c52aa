import { pino } from 'pino';
import { systemClock } from '../../src/clock.ts';
import type { CommandAnswer } from '../../src/control/ports.ts';
import type { SessionFact } from '../../src/domain/sessionFact.ts';
import type { StationEvent } from '../../src/domain/stationEvent.ts';
import type { StationReport } from '../../src/domain/stationReport.ts';
import { answer } from '../../src/domain/token.ts';
import {
  type OcppGateway,
  type OcppGatewayOptions,
  type OcppGatewayPorts,
  startOcppGateway,
} from '../../src/ocpp/gateway.ts';
import type { Verdict } from '../../src/ocpp/security/claim.ts';

export interface GivenGateway {
  /** What was told for the history of sessions. */
  readonly facts: readonly SessionFact[];
  readonly gateway: OcppGateway;
  readonly port: number;
  readonly events: readonly StationEvent[];
  readonly answers: readonly CommandAnswer[];
  readonly reports: readonly StationReport[];
  /** What was logged at `info` and above. */
  readonly logged: readonly Readonly<Record<string, unknown>>[];
}

/** The password of every station. */
export const password = 'correct horse battery staple';

export const accepted: Verdict = { kind: 'accepted', securityProfile: 1 };
const refused: Verdict = {
  kind: 'refused',
  reason: 'unknown station or wrong password',
  toDo: 'check the identity and the password in the station and in the configuration',
};

const running = new Set<OcppGateway>();

/**
 * A real gateway on loopback. It knows every station that says the password, gives out transaction numbers from
 * 1 and accepts every token but `blocked`. Stations are not asked for anything unless a test waits for it.
 */
export async function givenGateway(
  options: Partial<OcppGatewayOptions> = {},
  ports: Partial<OcppGatewayPorts> = {},
): Promise<GivenGateway> {
  const events: StationEvent[] = [];
  const facts: SessionFact[] = [];
  const answers: CommandAnswer[] = [];
  const reports: StationReport[] = [];
  const logged: Record<string, unknown>[] = [];
  const transactions = new Map<string, number>();
  const gateway = await startOcppGateway(
    { host: '127.0.0.1', port: 0, introductionDelayMs: 3_600_000, stopTimeoutMs: 200, ...options },
    {
      clock: systemClock(),
      log: pino({ level: 'info' }, { write: (line: string) => logged.push(JSON.parse(line)) }),
      onEvent: (event) => events.push(event),
      onAnswer: (answer) => answers.push(answer),
      onReport: (report) => reports.push(report),
      authenticate: async (claim) =>
        claim.stationId.startsWith('CP-') && claim.password?.toString() === password ? accepted : refused,
      authorize: async ({ tokenId }) => answer(tokenId === 'blocked' ? 'blocked' : 'accepted'),
      transactionNumber: async (start) => {
        const key = JSON.stringify(start);
        const number = transactions.get(key) ?? transactions.size + 1;
        transactions.set(key, number);
        return number;
      },
      takeFacts: async (told) => void facts.push(...told),
      resumed: () => [],
      ...ports,
    },
  );
  running.add(gateway);
  return { gateway, port: gateway.port, events, facts, answers, reports, logged };
}

/** For `afterEach`. */
export async function stopGateways(): Promise<void> {
  await Promise.all([...running].map((gateway) => gateway.stop()));
  running.clear();
}
