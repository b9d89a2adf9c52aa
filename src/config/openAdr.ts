import { type OpenAdrConfig, openAdrFaults } from '../domain/openAdrConfig.ts';
import { publicAddressFault } from '../privateAddress.ts';
import type { Fault } from '../schema.ts';
import type { Config } from './schema.ts';

/** What the schema cannot say of a connection's `openadr`. Paths are from there. */
export function openAdrConnectionFaults({
  openadr,
  targets,
}: Config['grid']['connections'][number]): readonly Fault[] {
  if (openadr === undefined) return [];
  const externalIds = targets.flatMap((target) => target.externalIds);
  return [...openAdrFaults(openadr, externalIds), ...addressFaults(openadr)];
}

/** Addresses that others give us or are given: one that points inwards is a door into the operator's own network. */
function addressFaults({
  allowPrivateAddresses,
  webhook,
  auth,
  switchReadings,
}: OpenAdrConfig): readonly Fault[] {
  if (allowPrivateAddresses) return [];
  const given = [
    { path: '/webhook/callbackUrl', address: webhook?.callbackUrl },
    { path: '/auth/tokenUrl', address: auth?.tokenUrl },
    { path: '/switchReadings/url', address: switchReadings?.url },
    { path: '/switchReadings/auth/tokenUrl', address: switchReadings?.auth.tokenUrl },
  ];
  return given.flatMap(({ path, address }) => {
    const message = address === undefined ? undefined : publicAddressFault(address);
    return message === undefined ? [] : [{ path, message }];
  });
}
