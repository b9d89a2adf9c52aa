import type { CareRequest } from './requests.ts';

/**
 * Why an update is not sent that is signed by half; undefined where it is signed in full or not at all. Sent without
 * either, a station would install unchecked what somebody wanted to be checked.
 */
export const halfSignedWhy = ({
  signature,
  signingCertificatePem,
}: Extract<CareRequest, { kind: 'update firmware' }>): string | undefined =>
  (signature === undefined) === (signingCertificatePem === undefined)
    ? undefined
    : 'signed firmware needs both its signature and the certificate to check it by';
