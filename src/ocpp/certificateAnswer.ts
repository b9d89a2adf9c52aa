import type { Handled, StationScope } from './dialect.ts';

/**
 * What a station is answered that asks to have its certificate signed: yes, and then it gets the certificate, or no.
 * [OCPP 2.0.1 A02]
 */
export function certificateAnswer(
  csrPem: string,
  station: StationScope,
  about: object = {},
): Handled<object> {
  const signed = station.signCertificate(csrPem);
  if (signed.status === 'refused') {
    station.log.warn({ why: signed.why }, 'certificate of a station was not signed');
    return { response: { status: 'Rejected' } };
  }
  return signedAnswer(signed.chainPem, about);
}

/** Yes, and the certificate itself. `about`: what of the request the station knows it again by. */
export const signedAnswer = (certificateChain: string, about: object): Handled<object> => ({
  response: { status: 'Accepted' },
  followUp: {
    message: { action: 'CertificateSigned', payload: { ...about, certificateChain } },
    work: 'certificate',
  },
});
