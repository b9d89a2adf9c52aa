import type { RetailCommand, RetailCommandOutcome, RetailPort } from '../../http/retailPorts.ts';
import { PartnerRefusalError } from '../../ocpi/partners/client.ts';
import { isRegistered, type PartnerBook } from '../../ocpi/partners/partnerBook.ts';
import type { CommandsSent, CommandWish } from '../../ocpi/retail/commandsSent.ts';
import type { IssuedTokens } from '../../ocpi/retail/issuedTokens.ts';
import { PartnerUnreachableError } from '../../ocpi/transport/outgoing.ts';
import type { Running } from '../app.ts';

interface Roaming {
  readonly book: PartnerBook;
  readonly tokens: IssuedTokens;
  readonly commands: CommandsSent;
}

/** Commands of our drivers as the API sends them. Every one leaves an audit entry. */
export const retailCommand =
  (
    { ports: { clock }, store }: Pick<Running, 'ports' | 'store'>,
    { book, tokens, commands }: Roaming,
  ): RetailPort['command'] =>
  async (partnerId, command, actor) => {
    const partner = book.find(partnerId);
    if (partner === undefined || !isRegistered(partner)) return { status: 'unknown partner' };
    const wish = await wishOf(command, tokens);
    if (wish === undefined)
      return { status: 'refused', why: 'we have issued no such token, or it is not valid' };
    await store.appendAudit({
      ...{ atMs: clock.nowMs(), actor: actor.name, action: `partner command ${command.kind}` },
      ...{ target: partnerId, before: undefined, after: undefined },
    });
    return attempted(async () => {
      const answer = await commands.send(partner, wish);
      if (answer === undefined) return { status: 'failed', why: 'the partner takes no commands now' };
      const { response, result } = answer;
      const message = [...response.message, ...(result?.message ?? [])].map(({ text }) => text);
      return { status: 'answered', response: response.result, result: result?.result, message };
    });
  };

/** undefined where it is for a token that may not charge. */
async function wishOf(command: RetailCommand, tokens: IssuedTokens): Promise<CommandWish | undefined> {
  if (!('token' in command)) return command;
  const token = await tokens.find(command.token);
  return token?.isValid === true ? { ...command, token } : undefined;
}

async function attempted(act: () => Promise<RetailCommandOutcome>): Promise<RetailCommandOutcome> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof PartnerRefusalError || error instanceof PartnerUnreachableError)
      return { status: 'failed', why: error.message };
    throw error;
  }
}
