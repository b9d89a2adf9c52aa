import { RPCClient } from 'ocpp-rpc';
import { password } from './givenGateway.ts';

/**
 * A station on somebody else's OCPP stack, which checks every message of both sides against its schema. Calls to
 * it are answered by `answers`, and kept.
 */
export async function independentStation(
  port: number,
  protocol: 'ocpp1.6' | 'ocpp2.0.1',
  answers: Readonly<Record<string, (request: never) => object>>,
): Promise<{
  readonly client: RPCClient;
  /** What it was asked, oldest first. */
  readonly asked: readonly { readonly action: string; readonly request: Readonly<Record<string, unknown>> }[];
}> {
  const client = new RPCClient({
    endpoint: `ws://127.0.0.1:${port}/ocpp`,
    identity: 'CP-A1',
    password,
    protocols: [protocol],
    strictMode: true,
    reconnect: false,
  } as ConstructorParameters<typeof RPCClient>[0]); // Its types want every option, though all have defaults.
  const asked: { action: string; request: Record<string, unknown> }[] = [];
  for (const [action, answer] of Object.entries(answers)) {
    client.handle(action, async ({ params = {} }) => {
      asked.push({ action, request: params });
      return { ...answer(params as never) }; // The schema has checked it.
    });
  }
  await client.connect();
  return { client, asked };
}
