const kept = 'kept secret';

/** Whoever reads a password or a private key can be the station, and whoever reads a driver's token can charge as him. */
const secretName =
  /passw|secret|authorizationkey|apikey|^key$|^token(id)?$|^(parent)?idtag$|idtoken$|simpin|privatekey/i;
/** Long, and those of cars name their driver's contract. */
const certificateName = /certificate(chain)?$|^csr$|^exi(request|response)$/i;

/** Deeper than any message is meant to be: what somebody nests on purpose must not use up the stack. */
const depthMax = 40;

/**
 * A JSON value as it may be written down: passwords are gone, those in the user part of a URL included, and drivers' tokens.
 *
 * A setting tells its name beside its value: `{ key, value }` in OCPP 1.6, `{ variable: { name }, attributeValue }` in 2.x.
 */
export const withoutSecrets = (value: unknown): unknown => masked(value, [secretName], 0);

/** The same without certificates, for what is only to be looked at. */
export const withoutPrivate = (value: unknown): unknown => masked(value, [secretName, certificateName], 0);

function masked(value: unknown, names: readonly RegExp[], depth: number): unknown {
  if (typeof value === 'string') return maskedText(value, names, depth);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === depthMax) return '…';
  if (Array.isArray(value)) return value.map((each) => masked(each, names, depth + 1));
  const isSecretName = (name: string): boolean => names.some((each) => each.test(name));
  const isSecretSetting = isSecretName(settingName(value));
  return Object.fromEntries(
    Object.entries(value).map(([name, held]) => {
      const isName = name === 'key' && 'value' in value;
      const isValue = name === 'value' || name === 'attributeValue';
      const isSecret = isValue ? isSecretSetting : isSecretName(name) && !isName;
      return [name, isSecret && typeof held === 'string' ? kept : masked(held, names, depth + 1)];
    }),
  );
}

/** Vendors put JSON into texts of messages, as in `DataTransfer`. */
function maskedText(text: string, names: readonly RegExp[], depth: number): string {
  if (/^\s*[[{]/.test(text) && depth < depthMax) {
    try {
      return JSON.stringify(masked(JSON.parse(text), names, depth + 1));
    } catch {
      // A text that only begins like JSON.
    }
  }
  return text.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^@/?#]*@/i, `$1${kept}@`);
}

function settingName(value: object): string {
  if ('key' in value && typeof value.key === 'string') return value.key;
  const variable = 'variable' in value ? value.variable : undefined;
  const isNamed = typeof variable === 'object' && variable !== null && 'name' in variable;
  return isNamed && typeof variable.name === 'string' ? variable.name : '';
}
