import type { Handled, StationScope } from './dialect.ts';

/**
 * What a station is answered that asks to have its certificate signed: yes, and then it gets the certificate, or no.
 * [OCPP 2.0.1 A02]
 */
export function certificateAnswer(
  csrPem: string,
  station: StationScope,
  certificateType?: string,
): Handled<object> {
  const signed = station.signCertificate(csrPem);
  if (signed.status === 'refused') {
    station.log.warn({ why: signed.why }, 'certificate of a station was not signed');
    return { response: { status: 'Rejected' } };
  }
  const payload = {
    certificateChain: signed.chainPem,
    ...(certificateType !== undefined && { certificateType }),
  };
  return {
    response: { status: 'Accepted' },
    followUp: { message: { action: 'CertificateSigned', payload }, work: 'certificate' },
  };
}
