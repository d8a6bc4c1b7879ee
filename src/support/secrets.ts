/** Names of variables and keys whose values nobody should see. */
const SECRET_NAME =
  /secret|passw|passphrase|token|credential|cookie|authorization|private|connection[_-]?string|(api|access|signing|encryption|master|account)[_-]?key|(^|[_.-])key$/i;

/** What stands in place of a secret. */
export const REMOVED = '(removed)';

/** Shortest value that is looked for in texts: shorter ones would take ordinary words away. */
const SHORTEST = 6;

/** Whether a value under this name is not to be shown. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** A value without what stands under secret names, and the texts that were taken out. */
export function withoutSecrets(value: unknown): { readonly value: unknown; readonly secrets: readonly string[] } {
  const secrets: string[] = [];
  const clean = (one: unknown, secret: boolean): unknown => {
    if (Array.isArray(one)) return one.map((item) => clean(item, secret));
    if (typeof one === 'object' && one !== null) {
      return Object.fromEntries(
        Object.entries(one).map(([name, item]) => [name, clean(item, secret || isSecretName(name))]),
      );
    }
    if (!secret || one === null || one === undefined || typeof one === 'boolean') return one;
    secrets.push(String(one));
    return REMOVED;
  };
  return { value: clean(value, false), secrets };
}

/** A text in which none of the secrets stands; those of fewer than six characters are left. */
export function redact(text: string, secrets: readonly string[]): string {
  return secrets.reduce((rest, secret) => (secret.length < SHORTEST ? rest : rest.replaceAll(secret, REMOVED)), text);
}
