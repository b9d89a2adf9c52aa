import { inLanguages } from '../language.ts';

const english = {
  title: 'What it was billed (CDRs)',
  find: 'Find a CDR by its id',
  none: 'It was billed nothing yet.',
  noneFits: 'It has no CDR with this id.',
  older: 'Older ones',
  credit: 'Credit',
  creditTitle: (cdr: string) => `Credit ${cdr}`,
  hint: 'A CDR is never changed: it is taken back by a credit and, where you know it, told rightly by another one. Leave both figures empty to take it back and no more.',
  reason: 'Why; kept in the audit',
  energy: 'What was really charged, kWh',
  cost: 'What it costs before VAT',
  next: 'Go on',
  cancel: 'Leave it as it is',
  sure: (partner: string, amount: string) =>
    `${partner} is told of a credit of ${amount}. It cannot be undone.`,
  sureCorrected: (figures: string) => `Then it is told of another CDR with ${figures}.`,
  doIt: 'Yes, credit it',
  credited: (cdr: string, credit: string) => `${cdr} was taken back by ${credit}.`,
  corrected: (cdr: string) => `${cdr} is in its place.`,
  faults: {
    reason: 'Say why.',
    figure: 'Give a number such as 12 or 12.5, with 4 decimals at most.',
  },
};

const swedish: typeof english = {
  title: 'Vad den har fakturerats (CDR)',
  find: 'Sök en CDR på dess id',
  none: 'Den har inte fakturerats något än.',
  noneFits: 'Den har ingen CDR med det id:t.',
  older: 'Äldre',
  credit: 'Kreditera',
  creditTitle: (cdr) => `Kreditera ${cdr}`,
  hint: 'En CDR ändras aldrig: den tas tillbaka med en kreditering och ersätts, om du vet vad som är rätt, av en ny. Lämna båda siffrorna tomma för att bara ta tillbaka den.',
  reason: 'Varför; sparas i loggen',
  energy: 'Vad som egentligen laddades, kWh',
  cost: 'Vad det kostar före moms',
  next: 'Gå vidare',
  cancel: 'Låt den vara',
  sure: (partner, amount) => `${partner} får en kreditering på ${amount}. Det går inte att ångra.`,
  sureCorrected: (figures) => `Sedan får den en ny CDR med ${figures}.`,
  doIt: 'Ja, kreditera den',
  credited: (cdr, credit) => `${cdr} togs tillbaka med ${credit}.`,
  corrected: (cdr) => `${cdr} gäller i stället.`,
  faults: {
    reason: 'Ange varför.',
    figure: 'Ange ett tal som 12 eller 12,5, med högst 4 decimaler.',
  },
};

export const cdrWords = inLanguages({ en: english, sv: swedish });
