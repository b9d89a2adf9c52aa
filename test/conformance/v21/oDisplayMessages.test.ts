import { describe, expect, it } from 'vitest';
import { sent } from '../v2/asking.ts';
import { displayMessages } from '../v2/displayMessages.ts';
import { given } from '../v2/station.ts';

displayMessages('ocpp2.1');

describe('Block O, Set Display Message, of 2.1', () => {
  it('one may be shown while a charge is suspended, in more languages, and as a code to scan', async () => {
    const message = {
      ...{ id: 3, priority: 'InFront', state: 'Suspended' },
      message: { format: 'QRCODE', content: 'https://pay.example/1' },
      messageExtra: [{ format: 'UTF8', language: 'sv', content: 'Betala här' }],
    };
    expect(await sent(await given('ocpp2.1'), ['SetDisplayMessage', { message }])).toEqual({
      status: 'Accepted',
    });
  });
});
