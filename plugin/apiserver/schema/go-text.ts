// Values as Go prints them with %v: numbers, lists and maps in messages of Kubernetes.
import { isObject } from '../json.ts';

const isLong = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 63;

/** A float64 with %v: from 1e+06 on, and below 0.0001, with an exponent of two digits at least. */
export function goFloat(value: number): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < 6) return String(value);
  const [digits = '', power = ''] = value.toExponential().split('e');
  return `${digits}e${power[0]}${power.slice(1).padStart(2, '0')}`;
}

/** The Go type that JSON is read into when nothing tells it. */
export function goTypeOf(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'number' ? (isLong(value) ? 'int64' : 'float64') : 'string';
}

export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (isObject(value)) return `map[${Object.keys(value).toSorted().map((key) => `${key}:${goText(value[key])}`).join(' ')}]`;
  return typeof value === 'number' ? (isLong(value) ? String(value) : goFloat(value)) : String(value);
}
