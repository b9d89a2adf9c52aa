import { stationId } from '../../domain/ids.ts';
import type { SecurityProfile, StationClaim, Verdict } from './claim.ts';
import type { Credentials } from './credentials.ts';

/** What a station has to show. */
export interface StationRules {
  readonly securityProfileMin: SecurityProfile;
  /** The common name in its certificate, where that is not its identity but its serial number. */
  readonly certificateName: string | undefined;
}

export interface AuthenticatorOptions {
  /** Of every station in the config. */
  readonly rules: ReadonlyMap<string, StationRules>;
  readonly acceptsUnknown: boolean;
  /** The organization that stations' certificates must name; undefined takes any the authority signed. */
  readonly organization: string | undefined;
}

const unknownOrWrong = refused(
  'unknown station or wrong password',
  'check the identity and the password in the station and in the configuration',
);

/**
 * Decides whether a connection is the station it says it is, and by which security profile. An unknown station and a wrong
 * password take the same time.
 */
export function authenticator(
  options: AuthenticatorOptions,
  credentials: Credentials,
): (claim: StationClaim) => Promise<Verdict> {
  return async (claim) => {
    const rules = options.rules.get(claim.stationId);
    // What has a colon is the name of a place at a roaming partner's, and no identity of a station.
    if (claim.stationId.includes(':')) return unknownOrWrong;
    if (rules === undefined && options.acceptsUnknown) return { kind: 'accepted', securityProfile: 0 };
    const certified = certificateVerdict(claim, rules, options.organization);
    if (certified !== undefined) return certified;
    const check = await credentials.check(stationId(claim.stationId), claim.password);
    if (rules === undefined || check === 'wrong') return unknownOrWrong;
    const withPassword = claim.isEncrypted ? 2 : 1;
    return atLeast(check === 'right' ? withPassword : 0, rules.securityProfileMin);
  };
}

/**
 * The verdict on the certificate it shows; undefined where it shows none. Whoever shows one must show its own: a wrong one is
 * not made good by a password. [OCPP 2.0.1 A00.FR.404, A00.FR.405, A00.FR.407]
 */
function certificateVerdict(
  { stationId: id, certificate }: StationClaim,
  rules: StationRules | undefined,
  organization: string | undefined,
): Verdict | undefined {
  if (certificate.kind === 'none') return undefined;
  if (certificate.kind === 'invalid') {
    return refused(
      `certificate not valid: ${certificate.why}`,
      'give the station a certificate of its authority',
    );
  }
  const { commonName } = certificate;
  if (rules === undefined || commonName !== (rules.certificateName ?? id)) {
    return refused(
      `the certificate of "${commonName}" is not this station's`,
      'check who has the certificate; a station with another name in it needs certificateName',
    );
  }
  if (organization !== undefined && certificate.organization !== organization) {
    return refused(
      `the certificate is of the organization "${certificate.organization ?? ''}"`,
      'check ocpp.tls.clientOrganization',
    );
  }
  return { kind: 'accepted', securityProfile: 3 };
}

function atLeast(shown: SecurityProfile, least: SecurityProfile): Verdict {
  if (shown >= least) return { kind: 'accepted', securityProfile: shown };
  return refused(
    `security profile ${shown}, and ${least} is the least for it`,
    'raise the profile in the station, or lower securityProfileMin',
  );
}

function refused(reason: string, toDo: string): Verdict {
  return { kind: 'refused', reason, toDo };
}
