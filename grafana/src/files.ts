import { stringify } from 'yaml';
import { alertFile } from './alerts.ts';
import { dashboard, dashboardSpecs, languages } from './dashboards.ts';

/** Every file that is built, by its path in the folder `grafana`. */
export function builtFiles(): ReadonlyMap<string, string> {
  return new Map(
    languages.flatMap((language) => [
      ...dashboardSpecs.map((spec): [string, string] => [
        `dashboards/${language}/${spec.name}.json`,
        `${JSON.stringify(dashboard(spec, language), null, 2)}\n`,
      ]),
      [
        `provisioning/${language}/alerting/lastvakt.yaml`,
        `# Built by npm run grafana from grafana/src/alerts.ts.\n${stringify(alertFile(language), { lineWidth: 0 })}`,
      ] as [string, string],
    ]),
  );
}
