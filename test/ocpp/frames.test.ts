import { describe, expect, it } from 'vitest';
import { parseFrame, writeCall, writeError, writeResult } from '../../src/ocpp/frames.ts';

describe('a frame', () => {
  it('is a call with its action and payload', () => {
    expect(parseFrame('[2,"19223201","Heartbeat",{}]')).toEqual({
      kind: 'call',
      messageId: '19223201',
      action: 'Heartbeat',
      payload: {},
    });
  });

  it('is a result', () => {
    expect(parseFrame('[3,"7",{"status":"Accepted"}]')).toEqual({
      kind: 'result',
      messageId: '7',
      payload: { status: 'Accepted' },
    });
  });

  it('is an error, however little of it there is', () => {
    expect(parseFrame('[4,"7","NotSupported"]')).toEqual({
      kind: 'error',
      messageId: '7',
      code: 'NotSupported',
      description: '',
    });
  });

  it('may leave an empty payload out or null [OCPP 2.0.1 Part 4, 4.1.5]', () => {
    expect(parseFrame('[2,"1","Heartbeat"]')).toMatchObject({ payload: {} });
    expect(parseFrame('[3,"1",null]')).toMatchObject({ payload: {} });
  });

  it.each([
    ['is not JSON', '{not json', undefined],
    ['is not a JSON array', '{"a":1}', undefined],
    ['is not a JSON array', 'null', undefined],
    ['has no message id of 1 to 36 characters', '[2]', undefined],
    ['has no message id of 1 to 36 characters', '[2,17,"Heartbeat",{}]', undefined],
    ['has no message id of 1 to 36 characters', `[2,"${'x'.repeat(37)}","Heartbeat",{}]`, undefined],
    ['has no action', '[2,"1"]', '1'],
    ['has no action', '[2,"1",{}]', '1'],
  ])('is malformed when it %s: %s', (why, text, messageId) => {
    expect(parseFrame(text)).toEqual({ kind: 'malformed', messageId, code: 'RpcFrameworkError', why });
  });

  it('takes a message id of 36 characters', () => {
    expect(parseFrame(`[2,"${'x'.repeat(36)}","Heartbeat",{}]`)).toMatchObject({ kind: 'call' });
  });

  it('is a call without an answer, or an error about a result, in 2.1', () => {
    expect(parseFrame('[6,"1","NotifyPeriodicEventStream",{"id":1}]')).toEqual({
      kind: 'send',
      messageId: '1',
      action: 'NotifyPeriodicEventStream',
      payload: { id: 1 },
    });
    expect(parseFrame('[5,"1","FormatViolation","/status is missing",{}]')).toEqual({
      kind: 'result error',
      messageId: '1',
      code: 'FormatViolation',
      description: '/status is missing',
    });
  });

  it('has no other message types [OCPP 2.0.1 Part 4, 4.4]', () => {
    expect(parseFrame('[7,"1","Heartbeat",{}]')).toMatchObject({
      kind: 'malformed',
      messageId: '1',
      code: 'MessageTypeNotSupported',
    });
  });

  it('is written as it is read', () => {
    expect(parseFrame(writeCall('1', 'Reset', { type: 'Soft' }))).toMatchObject({
      kind: 'call',
      action: 'Reset',
      payload: { type: 'Soft' },
    });
    expect(parseFrame(writeResult('1', {}))).toMatchObject({ kind: 'result', payload: {} });
    expect(writeError('1', 'GenericError', 'why')).toBe('[4,"1","GenericError","why",{}]');
  });

  it('answers an unreadable message id with -1, and at most 255 characters [OCPP 2.0.1 Part 4, 4.2.3]', () => {
    const [, messageId, , description] = JSON.parse(
      writeError(undefined, 'RpcFrameworkError', 'x'.repeat(256)),
    );
    expect(messageId).toBe('-1');
    expect(description).toHaveLength(255);
  });
});
