// Refusals are sentences, made where it is known what is wrong, and read by people over HTTP, MQTT and on the command line.
// A program that shows them in another language needs to know which one it is: here each has a code, and what stands in it a
// name. Codes stay what they are; a sentence without one is shown as it is.

export const refusalSentences = {
  // Who asks.
  'wrong-sign-in': 'name or password is wrong',
  'sign-in-busy': 'too many sign in at this moment: try again',
  'too-many-wrong': 'too many {what}: wait {seconds} s, and look for whoever uses a wrong one',
  'not-encrypted':
    'passwords are only taken over TLS: set http.tls, or put a proxy before this that ends TLS and sends X-Forwarded-Proto',
  'not-signed-in':
    'nobody is signed in and no API key was given: sign in, or send the header "Authorization: Bearer <key>"',
  'login-ended': 'the login has ended: sign in again',
  'key-unknown': 'the API key is not known: check access.keys in the config, and whether it has expired',
  'page-of-another-site': 'the request comes from a page of another site',
  'page-outdated': 'the header X-CSRF-Token is missing or wrong: send the csrfToken of GET /api/v1/me',
  'may-not': 'key "{name}" may not {right} (role {role}): use a key that may',
  'may-not-there': 'key "{name}" may not {right} at site "{site}": use a key that may',
  'no-say-over-limit':
    'key "{name}" (role {role}) has no say over this limit of the {source}: use a key of that role with every site below it',
  'not-your-password': 'current is not your password',
  'is-a-key': 'that is for somebody who is signed in, and this is a key',
  // What was typed.
  'not-an-instant': 'is not an instant: give ISO 8601 with a zone, such as {example}',
  'in-the-past': 'is in the past: give an instant after now, which is {now}',
  'end-missing': 'is missing: give the instant at which the limit ends, or "standing": true if it shall stay',
  'end-before-begin': 'is not after from: give a later instant',
  'end-too-far': 'is more than {days} days away: give an earlier instant, or "standing": true',
  'limit-negative': 'is {value}, but a limit on import cannot be negative: give 0 to stop all charging',
  'limit-missing': 'is missing: give the limit in amps per phase, or in watts over all phases',
  'not-in-config': '"{id}" is not in the config',
  'no-such-circuit': '"{circuit}" is not a circuit of site "{site}": see GET /api/v1/sites/{path}',
  'too-short': 'must NOT have fewer than {count} characters',
  'too-long': 'must NOT have more than {count} characters',
  'too-small': 'must be >= {least}',
  'too-large': 'must be <= {most}',
  'wrong-form': 'must match pattern "{pattern}"',
  // People.
  'name-form': 'must be letters, digits, "_", "." and "-", at most 48',
  'name-reserved': 'is reserved: choose another',
  'name-taken': 'is taken: choose another',
  'name-of-config-key': 'is the name of a key in access.keys: choose another',
  'too-many-users': 'is one too many: remove a user first',
  'too-many-keys': 'is one too many: remove a key first',
  'first-user': 'must be admin: the first user has to be one, or nobody could add another',
  'last-admin': 'is the last admin: make another one first',
  'nobody-admin': 'would leave nobody who is an admin: make another one first',
  'no-site': 'must name one site at least: only an admin is good everywhere',
  'names-unknown-site': 'names "{site}", which is not in the config',
  'password-short': 'needs {count} characters at least',
  'password-long': 'may have {count} characters at most',
  'password-has-name': 'must not contain the name',
  'password-monotonous': 'needs five different characters at least',
  'password-same': 'is the one you have',
  'has-passed': 'has passed',
  'no-keys-on-trial': 'on trial there are no keys: add a user first',
  'user-unknown': 'no user "{name}": GET /api/v1/users lists who there is',
  'api-key-unknown': 'no key "{name}": GET /api/v1/keys lists what there is',
  // Sites, stations, sessions.
  'site-unknown': 'site "{site}" is not in the config',
  'not-stopped': 'site "{site}" is not stopped',
  'booking-over':
    'no booking "{booking}" that is still to come: GET /api/v1/sites/{site}/bookings lists them',
  'session-ended': 'running session "{session}" has ended',
  'station-unknown':
    'no station "{station}" on a site of key "{name}": GET /api/v1/stations lists what there is',
  'station-not-connected':
    'the station was not asked (the station is not connected): ask again when it is connected',
  'station-away': 'the station was not asked ({why}): ask again when it is connected',
  'station-silent': 'the station did not answer in time ({why}) and may still do it: look at its state first',
  'station-kept-back': 'the station was not asked: {why}',
  'station-error': 'the station answered with the error {error}',
  'evse-unknown': 'station "{station}" has no EVSE "{evse}"',
  'no-config-file': 'this service was not started from a config file',
  'evse-not-in-file': '{file} has no EVSE {evse} any more: {byHand}',
  'file-not-writable': '{file} cannot be written ({why}): {byHand}',
  // Why a station was not asked, in a refusal that says so; and what somebody can do instead.
  'not-connected': 'the station is not connected',
  'connection-closed': 'the station closed the connection ({code})',
  superseded: 'superseded by a newer one',
  'too-many-calls': '{count} calls wait already',
  expired: 'expired before it could be sent',
  'too-many-reservations': 'the station has {count} reservations: cancel one first',
  'setting-of-limits': 'without "{key}" the station would follow no limit',
  'setting-of-password':
    '"{key}" is known to us by its hash alone, and a station with another one is locked out: use rotate-password',
  'setting-of-config': '"{key}" is set at every boot: change {setBy} in the config instead',
  'phases-by-hand': 'write phases: [{phases}] at EVSE {evse} by hand',
  // Partners and bills.
  'no-ocpi': 'OCPI is not configured: add the section "ocpi"',
  'partner-incomplete': 'to register with a partner both its versionsUrl and its token are needed',
  'partner-unknown': 'no partner "{partner}": GET /api/v1/partners lists what there is',
  'partner-known': 'it is registered already: remove it first',
  'partner-not-registered': 'it is not registered',
  'too-many-partners': 'there are as many partners as can be kept: remove one first',
  'cdr-unknown': 'no CDR "{cdr}": GET /api/v1/partners/{partner}/cdrs lists what there is',
  'cdr-is-credit': 'it is a credit itself',
  'cdr-replaced': 'it was credited already, and {cdr} is in its place',
  'cdr-credited': 'it was credited already',
  'cdr-corrected': 'it was corrected already',
  'cdr-billed-often': 'it was billed {count} times already',
  'cdr-session-gone': 'its session is no longer kept: credit it without a correction',
  'cdr-without-energy': 'it has no energy that could be put right: give the cost',
  'no-retailer': 'we are no retailer: add the section "ocpi.retailer"',
  'month-not-over': 'the month is not over',
  'month-closing': 'a month is being closed: wait for it',
  'month-open': '{month} was begun and is not closed: close it first',
  'later-month-closed': '{month} is closed: what is late goes on the next month',
  'too-many-lines': 'there are more than {count} lines: ask for one contract, once the month is closed',
  // Why a charge is on no bill.
  'held-home-charger':
    'is energy from the driver’s own home charger, to be paid to the driver and not by the driver',
  'held-ends-early': 'ends before it begins: ask its party for a corrected one',
  'held-below-nothing': 'costs less than nothing and is not marked as a credit: ask its party what it is',
  'held-no-taxes': 'tells no taxes, which is not a tax of zero: say which VAT is to be put on',
  'held-told-twice': 'is told twice with different contents: ask its party which one counts',
  'held-credit-of-nothing': 'is a credit and does not say of which CDR',
  'held-credit-early': 'credits CDR {cdr}, which is on no bill: it counts when that one does',
  'held-credit-of-credit': 'credits CDR {cdr}, which is a credit itself',
  'held-credited-before': 'credits CDR {cdr}, which {by} has credited',
  'held-other-contract': 'is for contract {contract}, and CDR {cdr} for {other}',
  'held-other-currency': 'is in {currency}, and CDR {cdr} in {other}',
  'held-not-opposite': 'is not the opposite of CDR {cdr}: a credit gives back all of it',
  'held-unknown-contract': 'is for contract {contract}, which none of our tokens ever had',
  // What is wrong with a config that was described in the browser.
  'no-time-zone': '"{timeZone}" is no IANA time zone',
  'id-taken': '{kind} id "{id}" is taken already by {path}',
  'breaker-above': "breaker of {amps} A is larger than {above}'s {most} A above it",
  'failsafe-budget': 'failsafe budget of {circuit} on {phase} is exceeded: {arithmetic}; {advice}',
  'no-circuit': 'there is no circuit "{circuit}"',
  // The service.
  'port-taken': 'port {port} is taken by another program: choose another one',
  'no-answer-in-time': 'no answer in time: ask again, and check the log if it stays',
  'failed-inside': 'the request failed inside the server: see its log for request {request}',
} as const satisfies Readonly<Record<string, string>>;

export type RefusalCode = keyof typeof refusalSentences;

/** Which sentence it is, and the values that stand in it, by name. */
interface CodedSentence {
  readonly code: RefusalCode;
  readonly values: Readonly<Record<string, string>>;
}

export interface CodedRefusal extends CodedSentence {
  /** Values that are sentences of ours themselves, by name. */
  readonly parts?: Readonly<Record<string, CodedSentence>>;
}

/** Names of values that may be one; others are what somebody typed, or ids. */
const partNames = ['why', 'byHand'];

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');

const forms = Object.entries(refusalSentences)
  .map(([code, sentence]) => {
    // A split by a pattern with one group has the names at every other place.
    const parts = sentence.split(/\{(\w+)\}/);
    const form = parts.map((part, index) => (index % 2 === 0 ? escaped(part) : `(?<${part}>.+?)`));
    // Keys of `refusalSentences` are its codes.
    return { code: code as RefusalCode, form: new RegExp(`^${form.join('')}$`), values: parts.length };
  })
  // What says it word for word goes before what could be anything.
  .sort((one, other) => one.values - other.values);

/** Which refusal a sentence is; undefined for one without a code. One about a field may begin with its name. */
export function codedRefusal(sentence: string, field: string | undefined): CodedRefusal | undefined {
  const isAboutField = field !== undefined && sentence.startsWith(`${field} `);
  const said = isAboutField ? sentence.slice(field.length + 1) : sentence;
  const coded = codedSentence([said, sentence]);
  if (coded === undefined) return undefined;
  const parts = partNames.flatMap((name) => {
    const part = codedSentence([coded.values[name] ?? '']);
    return part === undefined ? [] : [[name, part] as const];
  });
  return { ...coded, ...(parts.length > 0 && { parts: Object.fromEntries(parts) }) };
}

function codedSentence(wordings: readonly string[]): CodedSentence | undefined {
  for (const { code, form } of forms) {
    const match = wordings.map((wording) => form.exec(wording)).find((found) => found !== null);
    if (match != null) return { code, values: { ...match.groups } };
  }
  return undefined;
}
