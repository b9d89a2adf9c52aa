import type { Endpoint, OcpiVersion } from '../../domain/roaming/partner.ts';
import type { Presented, RegisteredPartner } from '../partners/partnerBook.ts';
import type { Reply } from '../transport/reply.ts';

/** A request to a module, authenticated and parsed. */
export interface ModuleCall {
  readonly version: OcpiVersion;
  readonly method: string;
  /** What follows the module's own URL, decoded. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  /** undefined where there was none. */
  readonly body: unknown;
  /** The URL that was asked for, without its query. */
  readonly url: string;
}

export interface PartnerModuleCall extends ModuleCall {
  readonly partner: RegisteredPartner;
}

export interface CredentialsCall extends ModuleCall {
  readonly presented: Presented;
}

/** A module that registered partners may use. Throws an OcpiRefusal. */
export interface OcpiModule {
  readonly identifier: string;
  readonly role: Endpoint['role'];
  /** It is between platforms, and nothing in it is routed to a party behind a hub. */
  readonly isOfPlatform?: boolean;
  /** In which versions it exists; all where missing. */
  readonly versions?: readonly OcpiVersion[];
  handle(call: PartnerModuleCall): Promise<Reply>;
}
