import type { SiteId } from './ids.ts';
import { judged, type Token } from './token.ts';

/** One token on the list of a station. */
export interface ListedToken {
  readonly tokenId: string;
  readonly tokenType?: string;
  readonly status: 'accepted' | 'blocked';
  readonly groupTokenId?: string;
  readonly expiresAtMs?: number;
}

/** What is told of a token; without a status it is taken off the list. */
export type ListChange = Omit<ListedToken, 'status'> & { readonly status: ListedToken['status'] | undefined };

/** One message to a station: the list anew, or changes of it. */
export interface ListPart {
  /** Of the list with it. */
  readonly version: number;
  readonly isFull: boolean;
  readonly entries: readonly ListChange[];
}

/** What may be on a list of a station, and in one message of it. */
export interface ListBounds {
  readonly entriesMax: number;
  readonly perMessageMax: number;
}

/** A list, and what its versions tell of what is on it. */
export interface LocalList {
  readonly entries: readonly ListedToken[];
  readonly mark: number;
}

/**
 * A version is a count, which has to rise with every change, and behind it a mark that is made from what is on the list: so
 * nothing has to be remembered of a station, which tells by its version what it holds. The mark of a list of which parts are
 * still to come is 0.
 */
const marksMax = 2 ** 20;
/** Versions stay within what fits an integer of every station. */
const countMax = 900;

/** A mark, from 8 hexadecimal digits that differ with what is on a list. */
export const markOf = (digest: string): number =>
  1 + (Number.parseInt(digest.slice(0, 8), 16) % (marksMax - 1));

const markIn = (version: number): number => (version < 1 ? 0 : version % marksMax);

/** Whether a station that tells this version holds the list. One without a list holds an empty one. */
export const holds = (version: number, { mark, entries }: LocalList): boolean =>
  markIn(version) === mark || (entries.length === 0 && version < 1);

/** Those that are good at one of the sites, and those that are blocked; of what expired nothing is said. */
export function listedTokens(
  tokens: readonly Token[],
  sites: readonly SiteId[],
  { nowMs, entriesMax }: { readonly nowMs: number; readonly entriesMax: number },
): readonly ListedToken[] {
  return tokens
    .filter((token) => token.sites.length === 0 || token.sites.some((site) => sites.includes(site)))
    .toSorted((a, b) => b.setAtMs - a.setAtMs)
    .flatMap((token): ListedToken[] => {
      const { status } = judged(token, { sites, type: undefined, cacheMs: 0, nowMs });
      if (status !== 'accepted' && status !== 'blocked') return [];
      const { id: tokenId, type: tokenType, groupId: groupTokenId, expiresAtMs } = token;
      return [
        {
          tokenId,
          status,
          ...(tokenType !== undefined && { tokenType }),
          ...(groupTokenId !== undefined && { groupTokenId }),
          ...(expiresAtMs !== undefined && { expiresAtMs }),
        },
      ];
    })
    .slice(0, entriesMax);
}

/**
 * What gives a station a list: what changed, where the list it holds is one of the former ones and that is less to send;
 * otherwise the whole.
 */
export function listParts(
  heldVersion: number,
  list: LocalList,
  { former, perMessageMax }: { readonly former: readonly LocalList[]; readonly perMessageMax: number },
): readonly ListPart[] {
  const held = former.find(({ mark }) => mark === markIn(heldVersion));
  const changed = held && changes(held.entries, list.entries);
  if (changed === undefined || changed.length >= list.entries.length)
    return wholeList(heldVersion, list, perMessageMax);
  const asChanges = parts(changed, { heldVersion, list, perMessageMax });
  // A list that is changed needs a higher version than it had.
  const isHigher = asChanges.every(({ version }) => version > heldVersion);
  return isHigher ? asChanges : wholeList(heldVersion, list, perMessageMax);
}

/** The list anew, whatever the station holds. */
export const wholeList = (heldVersion: number, list: LocalList, perMessageMax: number): readonly ListPart[] =>
  parts(list.entries, { heldVersion, list, perMessageMax }).map((part, index) => ({
    ...part,
    isFull: index === 0,
  }));

function parts(
  entries: readonly ListChange[],
  {
    heldVersion,
    list,
    perMessageMax,
  }: { readonly heldVersion: number; readonly list: LocalList; readonly perMessageMax: number },
): readonly ListPart[] {
  const count = Math.max(1, Math.ceil(entries.length / perMessageMax));
  const heldCount = heldVersion < 1 ? 0 : Math.floor(heldVersion / marksMax);
  const counted = heldCount + count > countMax ? 0 : heldCount;
  return Array.from({ length: count }, (_, index) => ({
    version: (counted + index + 1) * marksMax + (index === count - 1 ? list.mark : 0),
    isFull: false,
    entries: entries.slice(index * perMessageMax, (index + 1) * perMessageMax),
  }));
}

/**
 * What makes one list of another, what is taken off first: there may be no room for more. undefined where the type of a
 * token changed: not every version knows that it has one, and could tell which of the two goes.
 */
function changes(
  held: readonly ListedToken[],
  wanted: readonly ListedToken[],
): readonly ListChange[] | undefined {
  const keyed = (entries: readonly ListedToken[]) => new Map(entries.map((entry) => [keyOf(entry), entry]));
  const [before, after] = [keyed(held), keyed(wanted)];
  const removed = [...before].filter(([key]) => !after.has(key)).map(([, entry]) => entry);
  const put = [...after].filter(([key, entry]) => textOf(before.get(key)) !== textOf(entry));
  const ids = new Set(put.map(([, { tokenId }]) => tokenId));
  if (removed.some(({ tokenId }) => ids.has(tokenId))) return undefined;
  const takenOff = removed.map(({ tokenId, tokenType }) => ({
    ...{ tokenId, status: undefined },
    ...(tokenType !== undefined && { tokenType }),
  }));
  return [...takenOff, ...put.map(([, entry]) => entry)];
}

const keyOf = ({ tokenId, tokenType = '' }: ListedToken): string => `${tokenType} ${tokenId}`;
const textOf = (entry: ListedToken | undefined): string | undefined => entry && JSON.stringify(entry);
