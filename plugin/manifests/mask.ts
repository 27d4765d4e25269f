// Hides the values of Secrets in a comparison, so that it shows which of them change and never what they are.
import { field, type KubeObject } from '../../operator/api/object.ts';

const masked = { same: '***', before: '*** (before)', after: '*** (after)' } as const;

export const hidden = masked.same;

/** Where a Secret keeps values: `stringData` in a file, `data` in the server, and in the copy that `kubectl apply` leaves in an annotation. */
const places = [['data'], ['stringData'], ['metadata', 'annotations']] as const;
const copyAnnotation = 'kubectl.kubernetes.io/last-applied-configuration';

type Side = KubeObject | undefined;

/** Both sides as they may be shown; objects of other kinds are left as they are. */
export function maskSecrets(before: Side, after: Side): { readonly before: Side; readonly after: Side } {
  if (![before, after].some(isSecret)) return { before, after };
  const [from, to] = [structuredClone(before), structuredClone(after)];
  for (const place of places) maskPlace(field(from, ...place), field(to, ...place), place[1] === 'annotations' ? (key) => key === copyAnnotation : () => true);
  return { before: from, after: to };
}

export const isSecret = (object: Side): boolean => object?.apiVersion === 'v1' && object.kind === 'Secret';

/** What a server has against a Secret may repeat a value, e.g. a number where text must be. */
export function withoutSecretValues(object: KubeObject, said: string): string {
  if (!isSecret(object)) return said;
  const values = ['data', 'stringData'].flatMap((place) => scalars(object[place])).filter((value) => value !== '').toSorted((a, b) => b.length - a.length);
  return values.reduce((text, value) => text.replaceAll(new RegExp(`(?<!\\w)${value.replaceAll(/[$()*+./?[\\\]^{|}-]/g, '\\$&')}(?!\\w)`, 'g'), masked.same), said);
}

const scalars = (value: unknown): readonly string[] => (typeof value === 'object' && value !== null ? Object.values(value).flatMap(scalars) : value === null || value === undefined ? [] : [String(value)]);

const isBlock = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function maskPlace(from: unknown, to: unknown, secret: (key: string) => boolean): void {
  const [old, now] = [isBlock(from) ? from : {}, isBlock(to) ? to : {}];
  for (const key of new Set([...Object.keys(old), ...Object.keys(now)].filter(secret))) {
    const changed = Object.hasOwn(old, key) && Object.hasOwn(now, key) && old[key] !== now[key];
    if (Object.hasOwn(old, key)) old[key] = changed ? masked.before : masked.same;
    if (Object.hasOwn(now, key)) now[key] = changed ? masked.after : masked.same;
  }
}
