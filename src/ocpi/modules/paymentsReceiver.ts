import { decoder, partial } from '../codec.ts';
import { statusCodes } from '../envelope.ts';
import type { PaymentDesk } from '../payments/paymentDesk.ts';
import {
  done,
  invalid,
  notAllowed,
  notFound,
  OcpiRefusal,
  type Reply,
  understood,
} from '../transport/reply.ts';
import { financialAdviceConfirmation, terminal } from '../v230/payment.ts';
import type { OcpiModule, PartnerModuleCall } from './module.ts';

const readTerminal = decoder(partial(terminal));
const readConfirmation = decoder(financialAdviceConfirmation);

/** Takes terminals and confirmations of payment providers [OCPI 2.3.0 mod_payments, receiver interface]. */
export const paymentsReceiver = (desk: PaymentDesk): OcpiModule => ({
  identifier: 'payments',
  role: 'RECEIVER',
  versions: ['2.3.0'],
  handle: async (call) => {
    const [list, id, ...more] = call.segments;
    const isList = list === 'terminals' || list === 'financial-advice-confirmations';
    if (!isList || more.length > 0)
      throw notFound('there are /terminals and /financial-advice-confirmations');
    if (call.method === 'GET' && id !== undefined)
      return list === 'terminals' ? terminalReply(desk, call, id) : confirmationReply(desk, call, id);
    if (call.method !== 'POST' || id !== undefined)
      throw notAllowed('objects are POSTed, and read by their id');
    return list === 'terminals' ? postTerminal(desk, call) : postConfirmation(desk, call);
  },
});

async function terminalReply(desk: PaymentDesk, { partner }: PartnerModuleCall, id: string): Promise<Reply> {
  const found = await desk.terminals.find(partner.id, id.toUpperCase());
  if (found === undefined) throw notFound('there is no such terminal of yours');
  return done(terminal.write(found));
}

async function confirmationReply(
  desk: PaymentDesk,
  { partner }: PartnerModuleCall,
  id: string,
): Promise<Reply> {
  const found = await desk.confirmations.find(partner.id, id.toUpperCase());
  if (found === undefined) throw notFound('there is no such confirmation of yours');
  return done(financialAdviceConfirmation.write(found));
}

async function postTerminal(desk: PaymentDesk, { partner, body }: PartnerModuleCall): Promise<Reply> {
  const { id, ...told } = understood(readTerminal(body));
  if (id === undefined) throw invalid('a terminal has a terminal_id');
  const { outcome, terminal: kept } = await desk.take(partner.id, { ...told, id });
  if (outcome === 'full') throw full();
  return done(terminal.write(kept), outcome === 'added' ? 201 : 200);
}

/** Whoever posts it again, because our answer was lost, is told the same. */
async function postConfirmation(desk: PaymentDesk, { partner, body }: PartnerModuleCall): Promise<Reply> {
  const confirmation = understood(readConfirmation(body));
  const outcome = await desk.confirmations.renew(partner.id, confirmation);
  if (outcome === 'full') throw full();
  return done(undefined, outcome === 'added' ? 201 : 200);
}

const full = (): OcpiRefusal =>
  new OcpiRefusal(
    { httpStatus: 503, statusCode: statusCodes.serverError },
    'there are as many of yours as can be kept',
  );
