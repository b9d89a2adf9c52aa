import type { KeyBody, UserBody } from '../../http/peopleBody.ts';
import { moment } from '../format.ts';
import { minuteMs } from '../live.ts';
import { site } from '../sites.ts';
import { peopleWords } from './peopleWords.ts';

const momentText = (at: string): string =>
  moment(Date.parse(at), site.value?.head.value.timeZone ?? 'UTC', minuteMs.value);

/** Who let somebody in, and when. */
export const setText = ({ setBy, setAt }: UserBody | KeyBody): string =>
  peopleWords.value.setBy(setBy, momentText(setAt));

export const endText = ({ expiresAt }: KeyBody): string =>
  expiresAt === null ? peopleWords.value.forever : peopleWords.value.until(momentText(expiresAt));
