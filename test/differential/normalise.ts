// Makes the answers of two servers comparable: what must differ (uids, versions, times, ports) becomes a word, and equal things stay equal.

const uid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g;
const time = /\b\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z\b/g;
/** Times that a case wrote itself lie far from now and are compared. */
const nearMs = 3 * 3600_000;
const chosenAddress = /\b10\.0\.0\.(?!1\b)\d+\b/g;
const chosenPort = /(?<=\d:)3\d{4}(?=\/)|(?<=nodePort: )3\d{4}\b/g;
/** Each server has an authority of its own. */
const certificate = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const age = /^(\d+[smhd])+$/;

export class Normaliser {
  readonly #names = new Map<string, string>();
  readonly #replaced: readonly (readonly [string, string])[];
  readonly #vague: readonly RegExp[];

  /** `replaced`: words of this server alone (its address, its folder) and what they become. */
  constructor(replaced: readonly (readonly [string, string])[], vague: readonly RegExp[] = []) {
    this.#replaced = replaced;
    this.#vague = vague;
  }

  /** The first thing of a sort becomes #1 on both servers, the second #2: two that are equal stay equal, two that differ stay different. */
  #named(sort: string, value: string): string {
    const key = `${sort} ${value}`;
    const known = this.#names.get(key);
    if (known !== undefined) return known;
    const made = `<${sort}#${[...this.#names.keys()].filter((one) => one.startsWith(`${sort} `)).length + 1}>`;
    this.#names.set(key, made);
    return made;
  }

  text(text: string): string {
    let made = text;
    for (const [from, to] of this.#replaced) made = made.replaceAll(from, to);
    made = made
      .replaceAll(certificate, '<certificate>')
      .replaceAll(uid, (found) => this.#named('uid', found))
      .replaceAll(time, (found, fraction: string | undefined) => (Math.abs(Date.parse(found) - Date.now()) < nearMs ? `<time${fraction ? ` to ${fraction.length - 1} digits` : ''}>` : found))
      // Asked for in an address, it may be a list's, which every other case moves.
      .replaceAll(/resourceVersion=[1-9]\d*/g, 'resourceVersion=<version>')
      .replaceAll(/(resourceVersion"?: ?"?|Resource Version: +)([1-9]\d*)/g, (_found, lead: string, version: string) => `${lead}${this.#named('version', version)}`)
      .replaceAll(/(\bcontinue"?(?:: "?|=))[A-Za-z0-9_-]{20,}/g, '$1<continue>');
    // What a server chooses freely for Services: addresses but the first few, and ports of nodes.
    made = made.replaceAll(chosenAddress, (found) => this.#named('address', found)).replaceAll(chosenPort, (found) => this.#named('node port', found));
    for (const pattern of this.#vague) made = made.replaceAll(pattern, '<vague>');
    return made;
  }

  /** What kubectl prints for people: ages differ, and with them the widths of columns. */
  printed(text: string): string {
    return this.text(text).replaceAll(/\b\d+(m\d+)?(s|ms)\b/g, '<age>').replaceAll(/ {2,}/g, '  ').replaceAll(/ +$/gm, '');
  }

  json(value: unknown, key = ''): unknown {
    if (typeof value === 'number' && key.endsWith('odePort') && value >= 30000) return this.#named('node port', String(value));
    if (typeof value === 'string') {
      if (key === 'resourceVersion') return /^\d+$/.test(value) && value !== '0' ? this.#named('version', value) : value;
      return key === 'continue' && value ? '<continue>' : this.text(value);
    }
    if (Array.isArray(value)) return (key === 'managedFields' ? byOwner(value) : value).map((item) => (key === 'cells' && typeof item === 'string' && age.test(item) ? '<age>' : this.json(item)));
    if (typeof value !== 'object' || value === null) return value;
    const object = (isBookmark(value) ? atAnyMoment(value) : value) as { readonly [key: string]: unknown };
    const isMoving = (typeof object['kind'] === 'string' && /(List|Table)$/.test(object['kind']) && ('items' in object || 'rows' in object));
    const made = Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, child]) => [this.text(name), isMoving && name === 'metadata' ? this.#moving(child) : this.json(child, name)]));
    return object['kind'] === 'Status' && isFailure(object) ? inOrder(made) : made;
  }

  /** The version of a list is the server's, and every other case moves it. */
  #moving(metadata: unknown): unknown {
    if (typeof metadata !== 'object' || metadata === null || !('resourceVersion' in metadata)) return this.json(metadata);
    return { ...(this.json({ ...metadata, resourceVersion: undefined }) as object), resourceVersion: metadata.resourceVersion ? '<moving>' : metadata.resourceVersion };
  }
}

/** The entries are in the order of their times, which have whole seconds: which of two comes first depends on the moment. */
function byOwner(entries: readonly unknown[]): readonly unknown[] {
  const owner = (entry: unknown): string => JSON.stringify(['operation', 'manager', 'apiVersion', 'subresource'].map((key) => (entry as Readonly<Record<string, unknown>> | null)?.[key]));
  return entries.toSorted((a, b) => (owner(a) < owner(b) ? -1 : 1));
}

const isBookmark = (value: object): boolean => 'type' in value && value.type === 'BOOKMARK';

/** The version of a bookmark is the server's, as that of a list. */
const atAnyMoment = (value: object): unknown => JSON.parse(JSON.stringify(value).replaceAll(/"resourceVersion":"\d+"/g, '"resourceVersion":"<moving>"'));

const isFailure = (object: { readonly [key: string]: unknown }): boolean => object['status'] === 'Failure';

/** Kubernetes finds several faults of one object in the order of a Go map, and some of them twice: any order is the same answer. */
function inOrder(status: { readonly [key: string]: unknown }): unknown {
  const details = status['details'] as { readonly causes?: readonly unknown[] } | undefined;
  if (!details?.causes || details.causes.length < 2) return status;
  const causes = [...new Map(details.causes.map((one) => [JSON.stringify(one), one])).values()].toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  const [lead = '', rest] = String(status['message']).split(': [', 2);
  return { ...status, message: rest === undefined ? status['message'] : [lead, ...rest.replace(/\]$/, '').split(', ').toSorted()], details: { ...details, causes } };
}
