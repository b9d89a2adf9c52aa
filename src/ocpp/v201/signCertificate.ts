import { certificateAnswer, signedAnswer } from '../certificateAnswer.ts';
import type { Handled, StationScope } from '../dialect.ts';
import type { SignCertificateRequest } from './messages.ts';

/** By which a station proves to cars who it is. [ISO 15118] */
const vehicleFacing: readonly (string | undefined)[] = ['V2GCertificate', 'V2G20Certificate'];

/** What cars trust comes from another authority than what we trust: the service for contracts has it signed. */
export async function signCertificate(
  request: SignCertificateRequest,
  station: StationScope,
): Promise<Handled<object>> {
  const { csr, certificateType, requestId } = request;
  const about = {
    ...(certificateType !== undefined && { certificateType }),
    ...(requestId !== undefined && { requestId }),
  };
  if (!vehicleFacing.includes(certificateType)) return certificateAnswer(csr, station, about);
  const answer = await station.askContracts('SignCertificate', request);
  if (isChain(answer)) return signedAnswer(answer.certificateChain, about);
  return { response: { status: 'Rejected', statusInfo: { reasonCode: 'NoV2GAuthority' } } };
}

const isChain = (answer: unknown): answer is { readonly certificateChain: string } =>
  typeof answer === 'object' &&
  answer !== null &&
  'certificateChain' in answer &&
  typeof answer.certificateChain === 'string';
