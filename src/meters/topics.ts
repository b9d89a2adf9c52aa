import type { CircuitId, EvseId, SiteId } from '../domain/ids.ts';

// The topics of Lastvakt itself. Ids are free of "/", "+" and "#": the config sees to it.
export const statusTopic = 'lastvakt/status';
export const circuitTopic = (site: SiteId, circuit: CircuitId): string =>
  `lastvakt/${site}/circuits/${circuit}`;
export const evseTopic = (site: SiteId, evse: EvseId): string => `lastvakt/${site}/evses/${evse}`;
export const limitSetTopic = (site: SiteId): string => `lastvakt/${site}/limit/set`;
export const limitAnswerTopic = (site: SiteId): string => `lastvakt/${site}/limit/answer`;
export const heartbeatTopic = (site: SiteId): string => `lastvakt/${site}/heartbeat`;
export const gridLimitTopic = (connection: string): string => `lastvakt/grid/${connection}/limit`;
export const gridLimitAnswerTopic = (connection: string): string =>
  `lastvakt/grid/${connection}/limit/answer`;
export const gridHeartbeatTopic = (connection: string): string => `lastvakt/grid/${connection}/heartbeat`;
/** `online` or `offline`: the place of the grid operator's last will. */
export const gridStatusTopic = (connection: string): string => `lastvakt/grid/${connection}/status`;
