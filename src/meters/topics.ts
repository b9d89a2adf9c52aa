import type { CircuitId, EvseId, SiteId } from '../domain/ids.ts';

// The topics of Lastvakt itself. Ids are free of "/", "+" and "#": the config sees to it.
export const statusTopic = 'lastvakt/status';
export const circuitTopic = (site: SiteId, circuit: CircuitId): string =>
  `lastvakt/${site}/circuits/${circuit}`;
export const evseTopic = (site: SiteId, evse: EvseId): string => `lastvakt/${site}/evses/${evse}`;
export const limitSetTopic = (site: SiteId): string => `lastvakt/${site}/limit/set`;
export const limitAnswerTopic = (site: SiteId): string => `lastvakt/${site}/limit/answer`;
export const heartbeatTopic = (site: SiteId): string => `lastvakt/${site}/heartbeat`;
