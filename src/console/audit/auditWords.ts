import { inLanguages } from '../language.ts';

const english = {
  title: 'Who changed what',
  hint: 'Every change, the newest first. Nobody can change or remove a record.',
  notYours: 'The record of changes is for admins and site operators.',
  who: 'Who',
  what: 'What',
  site: 'Site',
  all: 'all',
  show: 'Show',
  none: 'Nothing is on record that fits.',
  older: 'Older',
  newest: 'Back to the newest',
  of: (action: string, target: string) => `${action}: ${target}`,
  from: (address: string) => `from ${address}`,
  more: (count: number) => `and ${count} more`,
  noLonger: 'no longer',
  refused: (detail: string) => `Refused: ${detail}`,
  actions: {
    'limit set': 'Limit set',
    'limit ended': 'Limit ended',
    'site stopped': 'Site stopped',
    'site released': 'Site released',
    'session changed': 'Session changed',
    'prices set': 'Prices set',
    'token set': 'Token set',
    'token removed': 'Token removed',
    'user added': 'User added',
    'user changed': 'User changed',
    'user removed': 'User removed',
    'API key added': 'API key added',
    'API key removed': 'API key removed',
    'signed in': 'Signed in',
    'rotate password': 'Password of a station changed',
    'wiring confirmed': 'Wiring of an EVSE confirmed',
    'partner invited': 'Partner invited',
    'partner registered': 'Partner registered',
    'partner tokens renewed': 'Tokens of a partner renewed',
    'partner removed': 'Partner removed',
  },
  chain: 'Was it tampered with?',
  chainHint:
    'Each record carries the hash of the one before. Whoever owns the database could write all of it anew: note the last hash elsewhere from time to time.',
  check: 'Check now',
  checking: 'Checking …',
  whole: (records: string) => `Whole: ${records} records.`,
  broken: (at: string, why: string) => `Broken at record ${at}: ${why}.`,
  lastHash: 'Last hash',
};

const swedish: typeof english = {
  title: 'Vem har ändrat vad',
  hint: 'Varje ändring, den nyaste först. Ingen kan ändra eller ta bort en post.',
  notYours: 'Ändringarna är för administratörer och anläggningens drift.',
  who: 'Vem',
  what: 'Vad',
  site: 'Anläggning',
  all: 'alla',
  show: 'Visa',
  none: 'Inget som passar finns antecknat.',
  older: 'Äldre',
  newest: 'Tillbaka till de nyaste',
  of: (action, target) => `${action}: ${target}`,
  from: (address) => `från ${address}`,
  more: (count) => `och ${count} till`,
  noLonger: 'inte längre',
  refused: (detail) => `Avvisat: ${detail}`,
  actions: {
    'limit set': 'Gräns satt',
    'limit ended': 'Gräns avslutad',
    'site stopped': 'Anläggning stoppad',
    'site released': 'Anläggning släppt',
    'session changed': 'Laddning ändrad',
    'prices set': 'Priser satta',
    'token set': 'Bricka satt',
    'token removed': 'Bricka borttagen',
    'user added': 'Användare tillagd',
    'user changed': 'Användare ändrad',
    'user removed': 'Användare borttagen',
    'API key added': 'API-nyckel gjord',
    'API key removed': 'API-nyckel borttagen',
    'signed in': 'Inloggning',
    'rotate password': 'En stations lösenord bytt',
    'wiring confirmed': 'Kopplingen av ett uttag bekräftad',
    'partner invited': 'Partner inbjuden',
    'partner registered': 'Partner registrerad',
    'partner tokens renewed': 'En partners nycklar bytta',
    'partner removed': 'Partner borttagen',
  },
  chain: 'Har någon mixtrat med den?',
  chainHint:
    'Varje post bär hashen av posten före. Den som äger databasen kunde skriva om allt: anteckna den sista hashen någon annanstans då och då.',
  check: 'Kontrollera nu',
  checking: 'Kontrollerar …',
  whole: (records) => `Hel: ${records} poster.`,
  broken: (at, why) => `Bruten vid post ${at}: ${why}.`,
  lastHash: 'Sista hash',
};

export const auditWords = inLanguages({ en: english, sv: swedish });

export const knownActions = Object.keys(english.actions);

/** An action as people say it; a request that has no name of its own stays as it is. */
export function actionText(action: string): string {
  const known: Readonly<Record<string, string>> = auditWords.value.actions;
  return known[action] ?? action;
}
