// The string formats that Kubernetes checks, as its Go libraries check them; an unknown format is not checked, as there.
import { isIP } from 'node:net';
import { isCreditCard, isDuration, isEmail, isIsbn, isMac, isRequestUri } from './format-parsers.ts';
import type { Schema } from './schema.ts';

const matching = (pattern: RegExp) => (value: string): boolean => pattern.test(value);

/** Leading zeros, as older Go took them. */
const sloppy = (value: string): string => (value.includes('.') ? value.replaceAll(/(?<![0-9a-fA-F:])0+(?=\d)/g, '') : value);
const isAddress = (value: string): boolean => !value.includes('%') && isIP(sloppy(value)) > 0;

function isCidr(value: string): boolean {
  const slash = value.indexOf('/');
  const address = sloppy(value.slice(0, slash));
  const bits = value.slice(slash + 1);
  return slash > 0 && isAddress(address) && /^\d{1,6}$/.test(bits) && Number(bits) <= (isIP(address) === 4 ? 32 : 128);
}

function isDate(value: string): boolean {
  const [, year = '', month = '', day = ''] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(value) ?? [];
  return Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate();
}

function isDateTime(value: string): boolean {
  const [date = '', time = ''] = value.toLowerCase().split('t');
  const [, hours = '', minutes = '', seconds = ''] = /^(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/.exec(time) ?? [];
  return isDate(date) && hours !== '' && hours <= '23' && minutes <= '59' && seconds <= '59';
}

const hostname = /^(?:[a-zA-Z0-9\p{S}\p{L}](?:-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?|(?:[a-zA-Z0-9\p{S}\p{L}](?:[a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?\.)+[a-zA-Z\p{L}]{2,63})$/u;
const isHostname = (value: string): boolean => Buffer.byteLength(value) <= 255 && hostname.test(value) && value.split('.').every((part) => Buffer.byteLength(part) <= 63);
const uuid = (version: string, variant = '[0-9a-f]'): RegExp => new RegExp(`^[0-9a-f]{8}-?[0-9a-f]{4}-?${version}[0-9a-f]{3}-?${variant}[0-9a-f]{3}-?[0-9a-f]{12}$`, 'i');
const byte255 = '(?:0|[1-9]\\d?|1\\d\\d?|2[0-4]\\d|25[0-5])';
const label = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';

/** By name without dashes, as Go looks them up. */
const checks: { readonly [format: string]: (value: string) => boolean } = {
  datetime: isDateTime, date: isDate, duration: isDuration, byte: matching(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})$/),
  email: isEmail, hostname: isHostname, ipv4: (value) => isAddress(value) && value.includes('.'), ipv6: (value) => !value.includes('%') && isIP(value) === 6, cidr: isCidr, mac: isMac, uri: isRequestUri,
  uuid: matching(uuid('[0-9a-f]')), uuid3: matching(uuid('3')), uuid4: matching(uuid('4', '[89ab]')), uuid5: matching(uuid('5', '[89ab]')),
  isbn: (value) => isIsbn(value, 10) || isIsbn(value, 13), isbn10: (value) => isIsbn(value, 10), isbn13: (value) => isIsbn(value, 13), creditcard: isCreditCard,
  ssn: matching(/^\d{3}[- ]\d{2}[- ]\d{4}$/), hexcolor: matching(/^#?(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/), rgbcolor: matching(new RegExp(`^rgb\\(\\s*${byte255}\\s*,\\s*${byte255}\\s*,\\s*${byte255}\\s*\\)$`)),
  bsonobjectid: matching(/^[0-9a-fA-F]{24}$/), password: () => true,
  k8sshortname: (value) => value.length <= 63 && new RegExp(`^${label}$`).test(value), k8slongname: (value) => value.length <= 253 && new RegExp(`^${label}(?:\\.${label})*$`).test(value),
};

const normal = (format: string): string => format.replaceAll('-', '');

/** The format of a schema, if it is one that is checked. */
export const formatOf = ({ format }: Schema): string | undefined => (format !== undefined && Object.hasOwn(checks, normal(format)) ? format : undefined);
export const hasFormat = (value: string, format: string): boolean => checks[normal(format)]?.(value) ?? true;
