import { inLanguages } from '../language.ts';

const english = {
  title: 'The coming hours',
  made: (time: string) =>
    `Planned at ${time}. It only lowers or weighs what the next tick may give; limits hold without it.`,
  noPlan: 'No plan is in force: cars share fairly, as the wires allow.',
  reasons: {
    'nobody told departure and energy': 'No driver has told departure and energy.',
    'not planned yet': 'It is being made.',
    starting: 'The site is starting.',
    stopped: 'The site is stopped.',
    'the last plan failed': 'The last one failed; the log says why.',
    'the last plan is too old': 'The last one is too old.',
  } as Readonly<Record<string, string>>,
  circuit: 'Circuit',
  chart: 'Fullest phase, hour by hour',
  background: 'Background forecast',
  planned: 'With planned charging',
  limit: 'Limit',
  prices: (currency: string) => `Price, ${currency} per kWh`,
  noPrices: 'No prices are known for these hours.',
  table: 'The same as figures',
  columns: {
    from: 'From',
    background: 'Background',
    planned: 'Charging',
    limit: 'Limit',
    price: 'Price',
  },
  sessions: 'Cars and what they will get',
  cars: { evse: 'EVSE', needs: 'Still wants', gets: 'Will get', leaves: 'Leaves', lacks: 'Will lack' },
  enough: 'nothing',
  unplanned: 'Not in the plan: it has its fair share.',
  short: {
    'not enough time': (amps: string, needed: string, left: string) =>
      `even at ${amps} it would take ${needed}, and it leaves in ${left}`,
    'circuit full': (circuit: string) => `circuit ${circuit} is full until it leaves`,
    'area full': (area: string) => `area ${area} is full until it leaves`,
  },
};

const swedish: typeof english = {
  title: 'De kommande timmarna',
  made: (time) =>
    `Planerat ${time}. Planen sänker eller väger bara vad nästa steg får ge; gränserna håller utan den.`,
  noPlan: 'Ingen plan gäller: bilarna delar rättvist på vad ledningarna tål.',
  reasons: {
    'nobody told departure and energy': 'Ingen förare har uppgett avresa och energi.',
    'not planned yet': 'Den håller på att göras.',
    starting: 'Anläggningen startar.',
    stopped: 'Anläggningen är stoppad.',
    'the last plan failed': 'Den senaste misslyckades; loggen säger varför.',
    'the last plan is too old': 'Den senaste är för gammal.',
  },
  circuit: 'Krets',
  chart: 'Fullaste fasen, timme för timme',
  background: 'Väntad grundlast',
  planned: 'Med planerad laddning',
  limit: 'Gräns',
  prices: (currency) => `Pris, ${currency} per kWh`,
  noPrices: 'Inga priser är kända för de här timmarna.',
  table: 'Samma som siffror',
  columns: {
    from: 'Från',
    background: 'Grundlast',
    planned: 'Laddning',
    limit: 'Gräns',
    price: 'Pris',
  },
  sessions: 'Bilarna och vad de får',
  cars: { evse: 'Uttag', needs: 'Vill ännu ha', gets: 'Får', leaves: 'Åker', lacks: 'Kommer att sakna' },
  enough: 'inget',
  unplanned: 'Inte med i planen: den får sin rättvisa del.',
  short: {
    'not enough time': (amps, needed, left) =>
      `även med ${amps} skulle det ta ${needed}, och den åker om ${left}`,
    'circuit full': (circuit) => `kretsen ${circuit} är full tills den åker`,
    'area full': (area) => `området ${area} är fullt tills den åker`,
  },
};

export const planWords = inLanguages({ en: english, sv: swedish });
