import type { Handled, Handler, StationScope } from './dialect.ts';
import { CallRefusal } from './rpc.ts';
import type { PublishedSchemas } from './schemas.ts';
import type { Soon } from './soon.ts';

/** A handler whose payload was checked against the published schema before it runs. */
export function checkedHandler<Request, Response>(
  schemas: PublishedSchemas,
  action: string,
  handle: (request: Request, station: StationScope) => Soon<Handled<Response>>,
): [action: string, handler: Handler] {
  const schema = schemas.request<Request>(action);
  const handler: Handler = (payload, station) => {
    if (schema.check(payload)) return handle(payload, station);
    const { code, description } = schema.violation();
    throw new CallRefusal(code, description);
  };
  return [action, handler];
}
