import { describe, expect, it } from 'vitest';
import { statusReply } from '../../src/ocpp/reply.ts';

interface Status {
  readonly status: string;
  readonly statusInfo?: { readonly reasonCode: string };
}

describe('the reply of a station', () => {
  it.each([
    ['accepted', { kind: 'result', payload: { status: 'Accepted' } }, 'Accepted'],
    ['rejected', { kind: 'result', payload: { status: 'Rejected' } }, 'Rejected'],
    ['rejected', { kind: 'result', payload: { status: 'NotSupported' } }, 'NotSupported'],
    [
      'rejected',
      { kind: 'result', payload: { status: 'Rejected', statusInfo: { reasonCode: 'TxNotFound' } } },
      'Rejected TxNotFound',
    ],
    ['rejected', { kind: 'refused', code: 'NotImplemented', description: '' }, 'NotImplemented'],
    ['timed-out', { kind: 'in doubt', why: 'no answer' }, 'no answer'],
    ['unsent', { kind: 'unsent', why: 'offline' }, 'offline'],
  ] as const)('is %s', (outcome, answer, reason) => {
    expect(statusReply<Status>(answer)).toMatchObject({ outcome, reason });
  });

  it.each(['InternalError', 'GenericError'])('is in doubt after %s: the profile may be installed', (code) => {
    const answer = { kind: 'refused', code, description: 'oops' } as const;
    expect(statusReply(answer)).toEqual({ outcome: 'timed-out', reason: `${code} oops` });
  });
});
