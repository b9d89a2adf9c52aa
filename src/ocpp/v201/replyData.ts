import { listBounds } from '../listWords.ts';
import type { CertificateHash, ReplyData, StationRequest } from '../requests.ts';
import type { GetCompositeScheduleResponse, GetVariablesResponse } from './messages.ts';
import { compositeSchedule, configuration } from './toDomain.ts';

/** What an answer tells beside its status. The published schema of its action has checked it. */
export function replyData(request: StationRequest, answer: object): ReplyData | undefined {
  switch (request.kind) {
    case 'composite schedule':
      return compositeSchedule(answer as GetCompositeScheduleResponse);
    case 'get configuration':
      return configuration(answer as GetVariablesResponse);
    case 'local list version':
      return { kind: 'local list', version: (answer as { readonly versionNumber: number }).versionNumber };
    case 'local list bounds': {
      const { getVariableResult } = answer as GetVariablesResponse;
      return listBounds({ entries: undefined, perMessage: getVariableResult[0]?.attributeValue });
    }
    case 'get log':
      return { kind: 'log', fileName: (answer as { readonly filename?: string }).filename };
    case 'list certificates': {
      const { certificateHashDataChain = [] } = answer as {
        readonly certificateHashDataChain?: readonly { readonly certificateHashData: CertificateHash }[];
      };
      const certificates = certificateHashDataChain.map(({ certificateHashData }) => certificateHashData);
      return { kind: 'certificates', certificates };
    }
    default:
      return undefined;
  }
}
