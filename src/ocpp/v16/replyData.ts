import { listBounds } from '../listWords.ts';
import type { CertificateHash, ReplyData, StationRequest } from '../requests.ts';
import type { GetCompositeScheduleResponse, GetConfigurationResponse } from './messages.ts';
import { listKeys } from './requestMessage.ts';
import { compositeSchedule, configuration } from './toDomain.ts';

/** What an answer tells beside its status. The published schema of its action has checked it. */
export function replyData(request: StationRequest, answer: object): ReplyData | undefined {
  switch (request.kind) {
    case 'composite schedule':
      return compositeSchedule(answer as GetCompositeScheduleResponse, request.evseNumber);
    case 'get configuration':
      return configuration(answer as GetConfigurationResponse);
    case 'local list version':
      return { kind: 'local list', version: (answer as { readonly listVersion: number }).listVersion };
    case 'local list bounds': {
      const { configurationKey = [] } = answer as GetConfigurationResponse;
      const told = (name: string) => configurationKey.find(({ key }) => key === name)?.value;
      return listBounds({ entries: told(listKeys.entries), perMessage: told(listKeys.perMessage) });
    }
    case 'get log': {
      // GetDiagnostics and GetLog spell it differently.
      const { fileName, filename } = answer as { readonly fileName?: string; readonly filename?: string };
      return { kind: 'log', fileName: fileName ?? filename };
    }
    case 'list certificates': {
      const { certificateHashData = [] } = answer as {
        readonly certificateHashData?: readonly CertificateHash[];
      };
      return { kind: 'certificates', certificates: certificateHashData };
    }
    default:
      return undefined;
  }
}
