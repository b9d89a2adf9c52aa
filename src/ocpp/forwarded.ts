import type { Handled, StationScope } from './dialect.ts';
import type { PublishedSchemas } from './schemas.ts';

/**
 * Answers what concerns the certificates of cars with what the service for contracts says, where the config names one, and
 * as the specification has it where there is none or it fails: an answer that does not fit would be refused by the station.
 */
export function forwarded<Request>(
  schemas: PublishedSchemas,
  action: string,
  without: (request: Request, station: StationScope) => object,
): (request: Request, station: StationScope) => Promise<Handled<object>> {
  const { response: schema } = schemas.procedure<object, object>(action);
  return async (request, station) => {
    const answer = await station.askContracts(action, request);
    if (schema.check(answer)) return { response: answer };
    if (answer !== undefined)
      station.log.warn(
        { action, why: schema.violation().description },
        'answer of the contract service dropped',
      );
    return { response: without(request, station) };
  };
}
