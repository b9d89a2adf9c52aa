import type { LoadedConfig } from '../config/config.ts';
import type { BookedEvses } from '../control/bookedEvses.ts';
import type { SessionBook } from '../control/sessionBook.ts';
import { TokenDesk } from '../control/tokenDesk.ts';
import { sha256 } from '../credentials.ts';
import type { SiteId } from '../domain/ids.ts';
import { type Token, type TokenPolicy, type TokenSource, tokenName } from '../domain/token.ts';
import type { HttpPorts } from '../http/ports.ts';
import type { Store } from '../store/openStore.ts';
import type { AppPorts, Running } from './app.ts';

/** Who may charge: the tokens that are stored, and what each site thinks of others. */
export async function openTokenDesk(
  { config, sites }: LoadedConfig,
  { clock, log }: Pick<AppPorts, 'clock' | 'log'>,
  {
    store,
    sessions,
    sources,
    booked,
  }: { store: Store; sessions: SessionBook; sources: readonly TokenSource[]; booked: BookedEvses },
): Promise<TokenDesk> {
  const byStation = new Map<string, SiteId[]>();
  const byEvse = new Map<string, SiteId>();
  for (const { id, evses } of sites) {
    for (const { station, number } of evses) {
      byEvse.set(`${station} ${number}`, id);
      const known = byStation.get(station) ?? [];
      if (!known.includes(id)) byStation.set(station, [...known, id]);
    }
  }
  const policies = new Map<string, TokenPolicy>(
    config.sites.map(({ id, unknownTokens = config.ocpp.unknownTokens }) => [
      id,
      { acceptsUnknown: unknownTokens === 'accept', cacheMs: config.tokens.cacheS * 1000 },
    ]),
  );
  const nowhere: TokenPolicy = { acceptsUnknown: false, cacheMs: 0 };
  const ports = {
    ...{ clock, log, sources, booked },
    acceptsConcurrent: config.tokens.concurrent === 'accept',
    sitesOf: (station: string, evseNumber: number | undefined) => {
      const site = byEvse.get(`${station} ${evseNumber}`);
      return site === undefined ? (byStation.get(station) ?? []) : [site];
    },
    policyOf: (site: SiteId) => policies.get(site) ?? nowhere,
    runningSessions: () => sessions.open().map(({ session }) => session),
    book: store,
  };
  return new TokenDesk(ports, await store.tokens());
}

/** What names a token where it must not be seen. */
const keyOf = (id: string): string => sha256(tokenName(id)).slice(0, 32);

/** Tokens as the API sees them. Every change leaves an audit entry, without the token. */
export function tokensPort({ tokens, store, ports }: Running): HttpPorts['tokens'] {
  const { clock } = ports;
  const audit = (action: string, actor: string, before: Token | undefined, after: Token | undefined) =>
    store.appendAudit({
      ...{ atMs: clock.nowMs(), actor, action, target: (after ?? before)?.key ?? '' },
      ...{ before: before && told(before), after: after && told(after) },
    });
  return {
    list: () => tokens.list(),
    find: (key) => tokens.byKey(key),
    keyOf,
    set: async (token, actor) => {
      const kept = { ...token, key: keyOf(token.id), setAtMs: clock.nowMs(), setBy: actor.name };
      const before = tokens.byKey(kept.key);
      const outcome = await tokens.set(kept);
      if (outcome === 'set') await audit('token set', actor.name, before, kept);
      return outcome === 'set' ? kept : undefined;
    },
    remove: async (token, actor) => {
      await tokens.remove(token);
      await audit('token removed', actor.name, token, undefined);
    },
  };
}

const told = ({ id: _, ...rest }: Token): object => rest;
