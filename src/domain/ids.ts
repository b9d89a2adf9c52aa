declare const brand: unique symbol;

/** A string that names one kind of thing. The brand exists at compile time only. */
type Id<Kind extends string> = string & { readonly [brand]: Kind };

export type AreaId = Id<'area'>;
export type SiteId = Id<'site'>;
/** Unique over all sites, as every id in the config is. */
export type CircuitId = Id<'circuit'>;
export type EvseId = Id<'evse'>;
export type StationId = Id<'station'>;
export type SessionId = Id<'session'>;
export type LimitId = Id<'limit'>;

// The only places where a plain string becomes an id: the edges call these.
export const areaId = (text: string): AreaId => text as AreaId;
export const siteId = (text: string): SiteId => text as SiteId;
export const circuitId = (text: string): CircuitId => text as CircuitId;
export const evseId = (text: string): EvseId => text as EvseId;
export const stationId = (text: string): StationId => text as StationId;
export const sessionId = (text: string): SessionId => text as SessionId;
export const limitId = (text: string): LimitId => text as LimitId;
