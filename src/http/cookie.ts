import type { FastifyReply, FastifyRequest } from 'fastify';

/** What `createCredential` makes. */
const secretForm = /^[A-Za-z0-9_-]{32}$/;

/**
 * Whether the browser speaks TLS, with us or with a proxy before us. Somebody who says so and does not gets a cookie
 * that his browser throws away.
 */
export const isEncrypted = ({ protocol, headers }: FastifyRequest): boolean =>
  protocol === 'https' || headers['x-forwarded-proto'] === 'https';

/**
 * A browser takes a `__Host-` cookie from nobody but this very host, over TLS, so that nobody beside us can set one
 * [draft-ietf-httpbis-rfc6265bis section 4.1.3.2]. Without TLS, on this machine alone, it cannot have that name.
 */
const nameOf = (request: FastifyRequest): string => (isEncrypted(request) ? '__Host-lastvakt' : 'lastvakt');

/** The secret of a login, if the request has one. */
export function cookieOf(request: FastifyRequest): string | undefined {
  const start = `${nameOf(request)}=`;
  const found = (request.headers.cookie ?? '')
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part.startsWith(start));
  // Two of one name: one was put there by somebody else, and nothing tells which.
  const secret = found.length === 1 ? found[0]?.slice(start.length) : undefined;
  return secret !== undefined && secretForm.test(secret) ? secret : undefined;
}

const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';

/** Ends with the browser; when the login ends is ours to say. */
export function setCookie(reply: FastifyReply, secret: string): void {
  reply.header('set-cookie', `${nameOf(reply.request)}=${secret}; ${attributes}`);
}

export function clearCookie(reply: FastifyReply): void {
  reply.header('set-cookie', `${nameOf(reply.request)}=; ${attributes}; Max-Age=0`);
}
