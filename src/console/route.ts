import { computed, signal } from '@preact/signals';

export const pages = [
  'now',
  'limits',
  'plan',
  'stations',
  'sessions',
  'partners',
  'people',
  'audit',
] as const;
export type Page = (typeof pages)[number];

/** `#/page/site/detail`: in the hash, so that the server has one document and nothing to route. */
const hash = signal(location.hash);
addEventListener('hashchange', () => {
  hash.value = location.hash;
});

const parts = computed(() => hash.value.replace(/^#\/?/, '').split('/').map(decoded));

export const page = computed<Page>(() => pages.find((each) => each === parts.value[0]) ?? 'now');
/** As the address names it, whether there is such a site or not. */
export const askedSite = computed(() => parts.value[1] || undefined);

/** What of the page: a station, say. */
export const askedDetail = computed(() => parts.value[2] || undefined);

export const address = (to: Page, ...rest: readonly string[]): string =>
  `#/${[to, ...rest].map(encodeURIComponent).join('/')}`;

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
