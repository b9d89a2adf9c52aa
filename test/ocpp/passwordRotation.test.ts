import { afterEach, describe, expect, it } from 'vitest';
import { sha256 } from '../../src/credentials.ts';
import { stationId } from '../../src/domain/ids.ts';
import { createLogger } from '../../src/log.ts';
import { authenticator } from '../../src/ocpp/security/authenticator.ts';
import { Credentials, type StoredPasswords } from '../../src/ocpp/security/credentials.ts';
import { hashPassword } from '../../src/ocpp/security/passwords.ts';
import { rotatePassword } from '../../src/ocpp/security/rotation.ts';
import { givenGateway, password, stopGateways } from './givenGateway.ts';
import { connectRaw, type RawStation, refusedWith } from './sockets.ts';

afterEach(stopGateways);

const id = stationId('CP-A1');
const rules = new Map([['CP-A1', { securityProfileMin: 1 as const, certificateName: undefined }]]);
const notKept = { log: createLogger('silent'), save: async () => undefined };

/** A gateway that knows CP-A1 by its password, and what was stored of it. */
async function givenRotation() {
  const configured = new Map([[id, await hashPassword(password)]]);
  const stored: StoredPasswords[] = [];
  const save = async (passwords: StoredPasswords) => void stored.push(passwords);
  const credentials = new Credentials(configured, [], { ...notKept, save });
  const authenticate = authenticator({ rules, acceptsUnknown: false, organization: undefined }, credentials);
  const { port, gateway } = await givenGateway({ callTimeoutMs: 300 }, { authenticate });
  const rotate = () => rotatePassword(id, credentials, (...asked) => gateway.request(...asked));
  return { port, rotate, stored, configured, gateway, credentials };
}

async function answered(station: RawStation, action: string, answer: object): Promise<string> {
  const { messageId, payload } = await station.called(action);
  station.send(JSON.stringify([3, messageId, answer]));
  const { value, setVariableData } = payload as {
    value?: string;
    setVariableData?: readonly { attributeValue: string }[];
  };
  return value ?? setVariableData?.[0]?.attributeValue ?? '';
}

const accepted16 = { status: 'Accepted' };

describe('a password set over OCPP', () => {
  it('goes to AuthorizationKey in 1.6, as 40 hexadecimal characters, and replaces the former once it was seen', async () => {
    const { port, rotate } = await givenRotation();
    const station = await connectRaw({ port, password });
    const reply = rotate();
    const key = await answered(station, 'ChangeConfiguration', accepted16);
    expect((await reply).outcome).toBe('accepted');
    expect(key).toMatch(/^[0-9a-f]{40}$/);
    await connectRaw({ port, password: key });
    expect(await refusedWith({ port, password })).toBe(401);
  });

  it('is also accepted as the 20 bytes that the characters stand for, which some stations send', async () => {
    const { port, rotate } = await givenRotation();
    const station = await connectRaw({ port, password });
    const reply = rotate();
    const key = await answered(station, 'ChangeConfiguration', accepted16);
    await reply;
    const credentials = Buffer.concat([Buffer.from('CP-A1:'), Buffer.from(key, 'hex')]).toString('base64');
    await connectRaw({ port, authorization: `Basic ${credentials}` });
  });

  it('goes to BasicAuthPassword in 2.x [OCPP 2.0.1 A01]', async () => {
    const { port, rotate } = await givenRotation();
    const station = await connectRaw({ port, password, protocols: ['ocpp2.0.1'] });
    const reply = rotate();
    const variable = { component: { name: 'SecurityCtrlr' }, variable: { name: 'BasicAuthPassword' } };
    const result = { ...variable, attributeStatus: 'Accepted' };
    const key = await answered(station, 'SetVariables', { setVariableResult: [result] });
    expect((await reply).outcome).toBe('accepted');
    await connectRaw({ port, password: key, protocols: ['ocpp2.0.1'] });
  });

  it('leaves both good while the answer is lost, whichever the station then shows', async () => {
    const { port, rotate } = await givenRotation();
    const station = await connectRaw({ port, password });
    const reply = rotate();
    const { payload } = await station.called('ChangeConfiguration');
    expect((await reply).outcome).toBe('timed-out');
    await connectRaw({ port, password });
    await connectRaw({ port, password: (payload as { value: string }).value });
    expect(await refusedWith({ port, password })).toBe(401);
  });

  it('is forgotten when the station refuses it', async () => {
    const { port, rotate, stored } = await givenRotation();
    const station = await connectRaw({ port, password });
    const reply = rotate();
    const key = await answered(station, 'ChangeConfiguration', { status: 'Rejected' });
    expect((await reply).outcome).toBe('rejected');
    expect(await refusedWith({ port, password: key })).toBe(401);
    expect(stored.map(({ hashes }) => hashes.length)).toEqual([2, 1]);
  });

  it('is stored, as a hash, before the station hears of it', async () => {
    const { port, rotate, stored } = await givenRotation();
    const station = await connectRaw({ port, password });
    const reply = rotate();
    const { payload } = await station.called('ChangeConfiguration');
    expect(stored).toHaveLength(1);
    expect(JSON.stringify(stored)).not.toContain((payload as { value: string }).value);
    await reply;
  });

  it('holds over a restart, until the operator puts another one into the config', async () => {
    const { port, rotate, stored, configured } = await givenRotation();
    const station = await connectRaw({ port, password });
    const reply = rotate();
    const key = Buffer.from(await answered(station, 'ChangeConfiguration', accepted16));
    await reply;
    const kept = stored.slice(-1);
    const restarted = new Credentials(configured, kept, notKept);
    expect(await restarted.check(id, key)).toBe('right');
    const other = new Credentials(new Map([[id, await hashPassword('another one')]]), kept, notKept);
    expect(await other.check(id, key)).toBe('wrong');
    expect(await other.check(id, Buffer.from('another one'))).toBe('right');
  });

  it('is not sent where it could lock the station out', async () => {
    const { port, rotate, gateway, credentials } = await givenRotation();
    for (let lost = 0; lost < 3; lost += 1) await credentials.add(id, `password ${lost}`);
    const station = await connectRaw({ port, password });
    expect(await rotate()).toMatchObject({
      outcome: 'unsent',
      reason: expect.stringMatching(/4 passwords wait/),
    });
    const past = { kind: 'change configuration', key: 'authorizationKey', value: 'x' } as const;
    expect(await gateway.request(id, past)).toMatchObject({
      outcome: 'unsent',
      reason: expect.stringMatching(/rotate-password/),
    });
    expect(station.received).toEqual([]);
  });
});

describe('a password of the config', () => {
  it('may be a SHA-256, as earlier versions wrote it', async () => {
    const credentials = new Credentials(new Map([[id, sha256(password)]]), [], notKept);
    expect(await credentials.check(id, Buffer.from(password))).toBe('right');
    expect(await credentials.check(id, Buffer.from('guess'))).toBe('wrong');
  });

  it('is hashed with a salt: the same password twice looks different', async () => {
    expect(await hashPassword(password)).not.toBe(await hashPassword(password));
  });
});
