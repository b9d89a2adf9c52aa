import type { FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import type { SignIn, Visit } from '../domain/peopleChange.ts';
import { passwordMax } from '../domain/person.ts';
import { type Actor, rightsOf } from './auth.ts';
import { closed } from './closed.ts';
import { clearCookie, cookieOf, isEncrypted, setCookie } from './cookie.ts';
import type { LoginLimit } from './loginLimit.ts';
import { type MeBody, me } from './peopleBody.ts';
import type { Plugin } from './plugin.ts';
import type { HttpPorts } from './ports.ts';
import { ProblemError, refusal } from './problem.ts';
import { demandOwnOrigin, isOwnHost } from './signIn.ts';
import { instantOrNull } from './siteBody.ts';

const features = ['retail', 'bookings'] as const;
const name = Type.String({ minLength: 1, maxLength: 48 });
const password = Type.String({ minLength: 1, maxLength: passwordMax });

/** `POST`, `DELETE /login`, `GET /me` and `PUT /me/password`. */
export const login =
  (ports: HttpPorts, limit: LoginLimit): Plugin =>
  async (api) => {
    const { people } = ports;
    const meBody = (actor: Actor, visit: Visit | undefined): MeBody => ({
      name: actor.name,
      role: actor.role,
      sites: [...actor.sites],
      rights: [...rightsOf(actor)],
      features: features.filter((feature) => ports[feature] !== undefined),
      csrfToken: visit?.csrfToken ?? null,
      endsAt: instantOrNull(visit?.endsAtMs),
    });

    api.post(
      '/login',
      {
        config: { right: 'open' },
        schema: {
          summary: 'Signs in: the answer sets a cookie. Changes need the header X-CSRF-Token from then on',
          body: Type.Object({ name, password }, closed),
          response: { 200: me },
        },
      },
      async (request, reply) => {
        demandOwnOrigin(request);
        demandPrivacy(request);
        const forgive = limit.beginSignIn(request.body.name, request.ip);
        const outcome = await people.signIn(request.body, cookieOf(request));
        if (outcome.status === 'wrong') ports.log.warn({ address: request.ip }, 'sign-in refused');
        else forgive(outcome.status === 'signed in' ? 'right' : 'not judged');
        const visit = signedIn(outcome, reply);
        return meBody(visit.standing, visit);
      },
    );

    api.delete(
      '/login',
      {
        config: { right: 'self' },
        schema: {
          summary: 'Signs out',
          response: { 204: Type.Null({ description: 'It has ended, durably' }) },
        },
      },
      async (request, reply) => {
        await people.signOut(visitOf(request));
        clearCookie(reply);
        return reply.code(204).send(null);
      },
    );

    api.get(
      '/me',
      {
        config: { right: 'self' },
        schema: { summary: 'Who asks, and what it may do', response: { 200: me } },
      },
      async ({ actor, visit }) => meBody(actor, visit),
    );

    api.put(
      '/me/password',
      {
        config: { right: 'self' },
        schema: {
          summary:
            'Sets a new password; whoever signed in with the former one is signed out, but for this login',
          body: Type.Object({ current: password, password }, closed),
          response: { 200: me },
        },
      },
      async (request, reply) => {
        const visit = visitOf(request);
        const forgive = limit.beginSignIn(visit.standing.name, request.ip);
        const outcome = await people.changeOwnPassword(visit, request.body);
        if (outcome.status === 'wrong')
          throw new ProblemError('refused', { field: 'current', detail: 'current is not your password' });
        forgive('right');
        if (outcome.status === 'refused') throw refusal(outcome);
        const next = signedIn(outcome, reply);
        return meBody(next.standing, next);
      },
    );
  };

function signedIn(outcome: SignIn, reply: FastifyReply): Visit {
  switch (outcome.status) {
    case 'signed in':
      setCookie(reply, outcome.secret);
      return outcome.visit;
    case 'wrong':
      throw new ProblemError('unauthenticated', { detail: 'name or password is wrong' });
    case 'busy':
      throw new ProblemError('unavailable', { detail: 'too many sign in at this moment: try again' });
    default:
      return outcome satisfies never;
  }
}

/** A password that travelled in the clear is nobody's own any more, and browsers would drop the cookie. */
function demandPrivacy(request: FastifyRequest): void {
  if (isEncrypted(request) || isOwnHost(request.headers.host)) return;
  throw new ProblemError('forbidden', {
    detail:
      'passwords are only taken over TLS: set http.tls, or put a proxy before this that ends TLS and sends X-Forwarded-Proto',
  });
}

function visitOf({ visit }: FastifyRequest): Visit {
  if (visit !== undefined) return visit;
  throw new ProblemError('refused', { detail: 'that is for somebody who is signed in, and this is a key' });
}
