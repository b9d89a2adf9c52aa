import { batch, computed, signal } from '@preact/signals';
import { eventsIn } from './eventStream.ts';
import { authorization } from './request.ts';
import { type SitePatch, takeSites } from './sites.ts';

/** `locked`: the server wants to know who asks. */
type Link = 'connecting' | 'live' | 'lost' | 'locked';

/** Nothing heard for this long: a sign of life comes every five seconds. */
const silentMs = 8_000;
const retryMs = 2_000;

export const link = signal<Link>('connecting');
/** Of this browser, each second: for ages and countdowns. */
export const nowMs = signal(Date.now());
const heardAtMs = signal(Date.now());
/** How far the server's clock is ahead of this browser's. */
const aheadMs = signal(0);

/** The server's time: instants it tells are compared with this, however wrong the clock of this screen is. */
export const serverNowMs = computed(() => nowMs.value + aheadMs.value);
/** The same to the minute, for what need not be drawn anew each second. */
export const minuteMs = computed(() => Math.floor(serverNowMs.value / 60_000) * 60_000);
/** Since when nothing was heard; undefined while the page is live. */
export const staleSinceMs = computed(() =>
  link.value === 'lost' || nowMs.value - heardAtMs.value > silentMs ? heardAtMs.value : undefined,
);

let current = new AbortController();

/** Listens to the server for as long as the page is open. */
export function startLive(): void {
  setInterval(() => {
    nowMs.value = Date.now();
    // A connection that died without a word looks alive until something is sent on it.
    if (link.value === 'live' && nowMs.value - heardAtMs.value > 2 * silentMs) current.abort();
  }, 1000);
  void listen();
}

/** Connects anew, with another key. */
export function reconnect(): void {
  current.abort();
  link.value = 'connecting';
  void listen();
}

async function listen(): Promise<void> {
  const own = new AbortController();
  current = own;
  try {
    const response = await fetch('./api/v1/events?patches=true', {
      headers: authorization(),
      signal: own.signal,
    });
    if (response.status === 401 || response.status === 403) {
      link.value = 'locked';
      return;
    }
    if (response.ok && response.body !== null)
      for await (const told of eventsIn(response.body)) hear(told?.data);
  } catch {
    // Whatever ended it, the page says since when it is silent and tries again.
  }
  if (current !== own) return;
  if (link.value !== 'connecting') link.value = 'lost';
  setTimeout(() => current === own && void listen(), retryMs);
}

function hear(data: string | undefined): void {
  batch(() => {
    heardAtMs.value = Date.now();
    nowMs.value = heardAtMs.value;
    link.value = 'live';
    if (data === undefined) return;
    // Written by the server from its own types.
    const { at, sites } = JSON.parse(data) as { readonly at: string; readonly sites: readonly SitePatch[] };
    aheadMs.value = Date.parse(at) - Date.now();
    takeSites(sites);
  });
}
