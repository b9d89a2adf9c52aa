import { inLanguages } from '../language.ts';

const english = {
  title: 'Messages over OCPP',
  hint: "Live, the newest first. Passwords, drivers' tokens and certificates are left out.",
  find: 'Find in messages',
  hideRoutine: 'Without heartbeats and meter values',
  pause: 'Pause',
  save: 'Save as JSON lines',
  none: 'Nothing was said yet since the service started.',
  noneFits: 'No message fits.',
  more: (count: number) => `${count} older ones fit too: they are in the file.`,
  sent: 'to it',
  received: 'from it',
  answered: (ms: number) => `answered after ${ms} ms`,
  failed: (code: string, ms: number) => `error ${code} after ${ms} ms`,
  unanswered: 'no answer yet',
  answerAlone: 'an answer',
  malformed: 'no message of OCPP',
  answer: 'Answer',
  cut: (size: string) => `Too large to keep: ${size}.`,
  size: (bytes: number) => `${bytes} bytes`,
  messageId: (id: string) => `Message ${id}`,
};

const swedish: typeof english = {
  title: 'Meddelanden över OCPP',
  hint: 'Löpande, de nyaste först. Lösenord, förares brickor och certifikat är borttagna.',
  find: 'Sök bland meddelanden',
  hideRoutine: 'Utan livstecken och mätvärden',
  pause: 'Pausa',
  save: 'Spara som JSON-rader',
  none: 'Inget har sagts än sedan tjänsten startade.',
  noneFits: 'Inget meddelande passar.',
  more: (count) => `${count} äldre passar också: de finns i filen.`,
  sent: 'till den',
  received: 'från den',
  answered: (ms) => `besvarat efter ${ms} ms`,
  failed: (code, ms) => `fel ${code} efter ${ms} ms`,
  unanswered: 'inget svar än',
  answerAlone: 'ett svar',
  malformed: 'inget OCPP-meddelande',
  answer: 'Svar',
  cut: (size) => `För stort för att behållas: ${size}.`,
  size: (bytes) => `${bytes} byte`,
  messageId: (id) => `Meddelande ${id}`,
};

export const messageWords = inLanguages({ en: english, sv: swedish });
