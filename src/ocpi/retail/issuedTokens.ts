import type { Clock } from '../../control/ports.ts';
import type { Party } from '../../domain/roaming/common.ts';
import type { EnergyContract, Token } from '../../domain/roaming/token.ts';
import { object, optional, required } from '../codec.ts';
import { energyContract } from '../objects/token.ts';
import type { Pushes } from '../partners/pushes.ts';
import { PartnerShelf, type Put } from '../received/partnerShelf.ts';
import type { RoamingObjects } from '../roamingObjects.ts';
import type { TokenId } from '../tokens/tokenShelf.ts';
import { token as tokenCodec } from '../v230/token.ts';
import { ciString, instant } from '../values.ts';
import { tokenOf } from '../versions.ts';

export interface IssuedTokensPorts {
  readonly clock: Clock;
  readonly objects: RoamingObjects;
  readonly pushes: Pick<Pushes, 'toAll'>;
  readonly own: Party;
}

/** A contract of a driver, and the electricity contract on whose bill its charges go. They belong together for good. */
interface Contract {
  readonly contractId: string;
  readonly energyContract?: EnergyContract;
  readonly lastUpdatedMs: number;
}

const contractCodec = object<Contract>({
  contractId: required('contract_id', ciString(36)),
  energyContract: optional('energy_contract', energyContract),
  lastUpdatedMs: required('last_updated', instant),
});

const countMax = 200_000;
/** What is ours belongs to no partner. */
const ours = '';

/** The tokens that we give to our drivers, and tell to every operator. */
export class IssuedTokens {
  readonly #ports: IssuedTokensPorts;
  readonly #tokens: PartnerShelf<Token>;
  readonly #contracts: PartnerShelf<Contract>;

  constructor(ports: IssuedTokensPorts) {
    this.#ports = ports;
    const { objects, clock } = ports;
    const tokens = { kind: 'issued token', codec: tokenCodec, countMax, keyOf } as const;
    this.#tokens = new PartnerShelf(tokens, objects, clock);
    const contractKey = (contract: Contract): string => contract.contractId.toUpperCase();
    const contracts = { kind: 'contract', codec: contractCodec, countMax, keyOf: contractKey } as const;
    this.#contracts = new PartnerShelf(contracts, objects, clock);
  }

  find(id: Omit<TokenId, keyof Party>): Promise<Token | undefined> {
    return this.#tokens.find(ours, keyOf(id));
  }

  /**
   * Durable when it resolves; operators are told then. `other contract`: charges of that contract go on the bill of another
   * electricity contract, and those that are under way would follow it.
   */
  async issue(
    given: Omit<Token, keyof Party | 'lastUpdatedMs'>,
  ): Promise<Issued | 'full' | 'other contract'> {
    const { clock, own, pushes } = this.#ports;
    const { countryCode, partyId } = own;
    const before = await this.find(given);
    // Operators keep the newest: time must not stand still or run back for them.
    const lastUpdatedMs = Math.max(clock.nowMs(), (before?.lastUpdatedMs ?? 0) + 1);
    const token: Token = { ...given, countryCode, partyId, lastUpdatedMs };
    if (!(await this.#isOnContract(token))) return 'other contract';
    const outcome = await this.#tokens.put(ours, token);
    if (outcome === 'full') return 'full';
    pushes.toAll('tokens', keyOf(token), (version) => ({
      ...{ method: 'PUT', path: [countryCode, partyId, token.uid], query: { type: token.type } },
      body: tokenOf(version).codec.write(token),
    }));
    return { token, outcome };
  }

  /** On which electricity bill the charges of a driver's contract go; undefined for a contract that we never had. */
  async billedOn(contractId: string): Promise<string | undefined> {
    const contract = await this.#contracts.find(ours, contractId.toUpperCase());
    return contract && (contract.energyContract?.contractId ?? contract.contractId);
  }

  async #isOnContract({ contractId, energyContract: told, lastUpdatedMs }: Token): Promise<boolean> {
    const contract = { contractId, ...(told !== undefined && { energyContract: told }), lastUpdatedMs };
    let isSame = true;
    const outcome = await this.#contracts.change(ours, contractId.toUpperCase(), (known) => {
      if (known === undefined) return contract;
      isSame = known.energyContract?.contractId === told?.contractId;
      return undefined;
    });
    return isSame && outcome !== 'full';
  }
}

export interface Issued {
  readonly token: Token;
  readonly outcome: Exclude<Put, 'full'>;
}

const keyOf = ({ uid, type }: Omit<TokenId, keyof Party>): string => `${type}/${uid}`.toUpperCase();
