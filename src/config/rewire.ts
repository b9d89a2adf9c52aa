import { isMap, isSeq, parseDocument, type YAMLMap } from 'yaml';
import type { PhaseName } from '../domain/phases.ts';

/** The config with another wiring of one EVSE, everything else and every comment as it was; undefined when it is not there. */
export function rewired(text: string, evse: string, phases: readonly PhaseName[]): string | undefined {
  const document = parseDocument(text);
  const sites = document.get('sites');
  if (document.errors.length > 0 || !isSeq(sites)) return undefined;
  for (const site of sites.items) {
    const found = isMap(site) ? evseBelow(site.get('circuit'), evse) : undefined;
    if (found === undefined) continue;
    const wiring = document.createNode(phases);
    wiring.flow = true;
    found.set('phases', wiring);
    return document.toString({ lineWidth: 0, flowCollectionPadding: true });
  }
  return undefined;
}

function evseBelow(circuit: unknown, id: string): YAMLMap | undefined {
  if (!isMap(circuit)) return undefined;
  const [evses, circuits] = [circuit.get('evses'), circuit.get('circuits')];
  const own = isSeq(evses) ? evses.items.find((each) => isMap(each) && each.get('id') === id) : undefined;
  if (isMap(own)) return own;
  for (const child of isSeq(circuits) ? circuits.items : []) {
    const found = evseBelow(child, id);
    if (found !== undefined) return found;
  }
  return undefined;
}
