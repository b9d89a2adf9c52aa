import type { JSX } from 'preact';
import type { DeviceBody } from '../../http/deviceSchemas.ts';
import { useAsked } from '../asked.ts';
import { Icon } from '../icons.tsx';
import { deviceWords } from './deviceWords.ts';

const everyMs = 10_000;

/** What a station can be told, where each value comes from and on what grounds. */
export function StationDevice({ id }: { readonly id: string }): JSX.Element | null {
  const text = deviceWords.value;
  const { body } = useAsked<DeviceBody>(`/stations/${encodeURIComponent(id)}/traits`, everyMs);
  if (body.value === undefined) return null;
  const { traits, isTrying, isExhausted } = body.value;
  return (
    <section class="card" aria-labelledby="device-title">
      <h2 id="device-title">{text.title}</h2>
      <p class="hint">{text.hint}</p>
      {(isTrying || isExhausted) && (
        <p class="fact is-warning">
          <Icon name="attention" /> {isExhausted ? text.exhausted : text.trying}
        </p>
      )}
      <table class="traits">
        <thead>
          <tr>
            <th scope="col">{text.trait}</th>
            <th scope="col">{text.value}</th>
            <th scope="col">{text.source}</th>
          </tr>
        </thead>
        <tbody>
          {traits.map(({ name, value, source, why }) => (
            <tr key={name}>
              <th scope="row">{text.traits[name] ?? name}</th>
              <td>{valueText(value)}</td>
              <td>
                {text.sources[source] ?? source} {tells(source) && <span class="hint">{why}</span>}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** What the config and the station say needs no grounds. */
const tells = (source: string): boolean => source === 'learnt' || source === 'model';

function valueText(value: unknown): string {
  const text = deviceWords.value;
  if (value === null) return text.none;
  if (typeof value === 'boolean') return value ? text.yes : text.no;
  if (typeof value === 'object') return Object.values(value).join(' ');
  return text.said[String(value)] ?? String(value);
}
