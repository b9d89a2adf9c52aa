import { describe, expect, it } from 'vitest';
import { answerWebhook, type WebhookRequest } from '../../../src/grid/openadr/webhook.ts';

const token = 'the-token-of-the-subscription';
const given = (change: Partial<WebhookRequest> = {}): WebhookRequest => ({
  method: 'POST',
  query: {},
  authorization: `Bearer ${token}`,
  body: {},
  ...change,
});
const answer = (change: Partial<WebhookRequest>, outcome: 'taken' | 'unreadable' | 'later' = 'taken') =>
  answerWebhook(given(change), token, async () => outcome);

describe('the callback address', () => {
  it('repeats the challenge of Switch, before there is a token', async () => {
    const challenge = { method: 'GET', query: { echo: 'aZ0-_.~+/=' }, authorization: undefined };
    expect(await answer(challenge)).toEqual({ status: 200, text: 'aZ0-_.~+/=' });
  });

  it.each([
    ['markup', '<script>'],
    ['more than 512 characters', 'x'.repeat(513)],
    ['nothing', ''],
    ['a list', ['a', 'b']],
    ['nothing at all', undefined],
  ])('does not repeat %s', async (_what, echo) => {
    expect((await answer({ method: 'GET', query: { echo } })).status).toBe(400);
  });

  it.each([
    ['no token', undefined],
    ['another token', 'Bearer another'],
    ['the token without its kind', token],
    ['the token and more', `Bearer ${token} `],
  ])('refuses %s', async (_what, authorization) => {
    expect((await answer({ authorization })).status).toBe(401);
  });

  it.each([
    ['taken', 204],
    ['unreadable', 400],
    ['later', 503],
  ] as const)('says %s with %d', async (outcome, status) => {
    expect((await answer({}, outcome)).status).toBe(status);
  });

  it('knows no other methods', async () => {
    expect((await answer({ method: 'PUT' })).status).toBe(405);
  });
});
