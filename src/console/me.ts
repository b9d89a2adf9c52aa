import { effect, signal } from '@preact/signals';
import type { MeBody } from '../http/peopleBody.ts';
import { link, reconnect } from './live.ts';
import { ask, csrfToken, type Problem, useKey } from './request.ts';
import { sites } from './sites.ts';

/** Who uses this page, and what it may do; undefined until that is known. */
export const me = signal<MeBody | undefined>(undefined);

/** The name that the service gives everybody while there is neither a user nor a key. */
export const trialName = 'trial';

export const may = (right: string): boolean => me.value?.rights.includes(right) ?? false;

/** Whether this service bills drivers of its own. */
export const isRetailer = (): boolean => me.value?.features.includes('retail') ?? false;

/** Whether partners may book anything here. */
export const takesBookings = (): boolean => me.value?.features.includes('bookings') ?? false;

/** Everybody releases what was set for their own role, and admins what was set for any. */
export const mayRelease = (source: string): boolean =>
  may('set limits') && (me.value?.role === 'admin' || me.value?.role === source);

/** Asks who one is whenever the server is heard anew: a role may have changed, and what ended is nobody's any more. */
export function followMe(): void {
  effect(() => {
    if (link.value === 'live') void askMe();
    if (link.value === 'locked') forget();
  });
}

async function askMe(): Promise<void> {
  const answer = await ask<MeBody>('GET', '/me');
  if (answer.ok) take(answer.body);
}

/** What is wrong, or undefined where it went well. */
export async function signIn(name: string, password: string): Promise<Problem | undefined> {
  useKey('');
  const answer = await ask<MeBody>('POST', '/login', { name, password });
  if (!answer.ok) return answer.problem;
  take(answer.body);
  reconnect();
  return undefined;
}

export async function signOut(): Promise<Problem | undefined> {
  const isLogin = csrfToken.value !== null;
  const answer = isLogin ? await ask('DELETE', '/login') : undefined;
  // One that the server does not know is out already.
  if (answer?.ok === false && answer.problem.status !== 401) return answer.problem;
  useKey('');
  forget();
  reconnect();
  return undefined;
}

export async function changePassword(current: string, password: string): Promise<Problem | undefined> {
  const answer = await ask<MeBody>('PUT', '/me/password', { current, password });
  if (!answer.ok) return answer.problem;
  take(answer.body);
  return undefined;
}

function take(body: MeBody): void {
  me.value = body;
  csrfToken.value = body.csrfToken;
}

/** Whoever comes next to this screen sees nothing of what the one before was shown. */
function forget(): void {
  me.value = undefined;
  csrfToken.value = null;
  sites.value = new Map();
}
