import type { JSX } from 'preact';
import { AuditPage } from './audit/auditPage.tsx';
import { Brand } from './brand.tsx';
import { clockSeconds, duration } from './format.ts';
import { Icon } from './icons.tsx';
import { words } from './language.ts';
import { LimitsPage } from './limits/limitsPage.tsx';
import { link, nowMs, staleSinceMs } from './live.ts';
import { may } from './me.ts';
import { NowPage } from './now/nowPage.tsx';
import { PartnersPage } from './partners/partnersPage.tsx';
import { PeoplePage } from './people/peoplePage.tsx';
import { PlanPage } from './plan/planPage.tsx';
import { Preferences } from './preferencesMenu.tsx';
import { address, type Page, page, pages } from './route.ts';
import { SessionsPage } from './sessions/sessionsPage.tsx';
import { Account } from './signIn/account.tsx';
import { SignIn } from './signIn/signInForm.tsx';
import { site, sites } from './sites.ts';
import { StationsPage } from './stations/stationsPage.tsx';

/** Everything around the pages: where one is, whether what one sees is fresh, and how it looks. */
export function Shell(): JSX.Element {
  const text = words.value;
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        {text.skip}
      </button>
      <header class="top">
        <a class="brand" href={address('now')} aria-label="Lastvakt">
          <Brand />
        </a>
        <SitePicker />
        <LiveMark />
        <Account />
        <Preferences />
      </header>
      {link.value !== 'locked' && <Pages />}
      <Stale />
      <main id="content" tabIndex={-1}>
        {link.value === 'locked' ? <SignIn /> : <Current />}
      </main>
    </>
  );
}

function Current(): JSX.Element {
  if (site.value === undefined) {
    return <p class="quiet">{link.value === 'live' ? words.value.noSites : words.value.loading}</p>;
  }
  switch (page.value) {
    case 'now':
      return <NowPage site={site.value} />;
    case 'limits':
      return <LimitsPage site={site.value} key={site.value.head.peek().id} />;
    case 'plan':
      return <PlanPage site={site.value} key={site.value.head.peek().id} />;
    case 'stations':
      return <StationsPage site={site.value} key={site.value.head.peek().id} />;
    case 'partners':
      return <PartnersPage site={site.value} key={site.value.head.peek().id} />;
    case 'sessions':
      return <SessionsPage site={site.value} key={site.value.head.peek().id} />;
    case 'people':
      return <PeoplePage />;
    case 'audit':
      return <AuditPage />;
    default:
      return page.value satisfies never;
  }
}

/** What only some may see. */
const rightOf: Partial<Record<Page, string>> = {
  sessions: 'read sessions',
  people: 'manage people',
  audit: 'read audit',
};

function Pages(): JSX.Element {
  const open = pages.filter((each) => may(rightOf[each] ?? 'read sites'));
  const current = site.value?.head.peek().id;
  return (
    <nav class="pages" aria-label={words.value.menu}>
      {open.map((each) => (
        <a
          key={each}
          href={current === undefined ? address(each) : address(each, current)}
          aria-current={page.value === each ? 'page' : undefined}
          ref={page.value === each ? intoView : null}
        >
          <Icon name={each} />
          <span>{words.value.pages[each]}</span>
        </a>
      ))}
    </nav>
  );
}

/** On a phone not all pages fit beside each other. */
const intoView = (link: HTMLElement | null): void =>
  link?.scrollIntoView({ block: 'nearest', inline: 'nearest' });

function SitePicker(): JSX.Element | null {
  const all = [...sites.value.values()];
  const chosen = site.value?.head.value;
  if (chosen === undefined) return null;
  if (all.length === 1) return <p class="site-name">{chosen.name}</p>;
  return (
    <label class="site-name">
      <span class="unseen">{words.value.site}</span>
      <select
        value={chosen.id}
        onChange={({ currentTarget }) => {
          location.hash = address(page.value, currentTarget.value);
        }}
      >
        {all.map(({ head }) => (
          <option key={head.value.id} value={head.value.id}>
            {head.value.name}
          </option>
        ))}
      </select>
    </label>
  );
}

function LiveMark(): JSX.Element {
  const text = words.value;
  const zone = site.value?.head.value.timeZone ?? 'UTC';
  const isStale = staleSinceMs.value !== undefined;
  if (link.value === 'locked') return <p class="live-mark" />;
  if (link.value !== 'live' || isStale) return <p class="live-mark is-off">{text.connecting}</p>;
  const at = site.value?.head.value.tick.at;
  return (
    <p class="live-mark">
      <span class="live-dot" aria-hidden="true" />
      {text.live}
      {at !== undefined && <time dateTime={at}>{clockSeconds(Date.parse(at), zone)}</time>}
    </p>
  );
}

/** The loudest thing on the page: old figures that look fresh are worse than none. */
function Stale(): JSX.Element {
  const sinceMs = staleSinceMs.value;
  const isShown = sinceMs !== undefined && link.value !== 'locked' && link.value !== 'connecting';
  return (
    <div class="stale-place" role="alert">
      {isShown && (
        <div class="stale">
          <Icon name="stale" />
          <div>
            <strong>
              {words.value.stale(
                clockSeconds(sinceMs, site.value?.head.value.timeZone ?? 'UTC'),
                duration(nowMs.value - sinceMs),
              )}
            </strong>
            <span>{words.value.staleHint}</span>
          </div>
        </div>
      )}
    </div>
  );
}
