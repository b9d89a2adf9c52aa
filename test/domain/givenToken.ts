import type { Token } from '../../src/domain/token.ts';

/** A token that is good everywhere. */
export const givenToken = (id: string, change: Partial<Token> = {}): Token => ({
  ...{ key: id, id, type: undefined, groupId: undefined, isBlocked: false, expiresAtMs: undefined },
  ...{ sites: [], note: '', setAtMs: 0, setBy: 'office', ...change },
});
