// The rules of Secrets and ConfigMaps: keys, sizes, what each type of secret must hold, and what may not change.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { equal, isObject, text, type KubeObject } from '../json.ts';
import type { Rules } from '../resource.ts';
import { jsonFault } from '../rest/json-syntax.ts';
import { fieldError, type FieldError } from '../status.ts';

const mostBytes = 1024 * 1024;
const keyRule = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

function keyFaults(key: string): readonly string[] {
  const dots = key === '.' ? ["must not be '.'"] : key === '..' ? ["must not be '..'"] : key.startsWith('..') ? ["must not start with '..'"] : [];
  return [...(Buffer.byteLength(key) > 253 ? ['must be no more than 253 characters'] : []), ...(/^[-._a-zA-Z0-9]+$/.test(key) ? [] : [keyRule]), ...dots];
}

const valuesOf = (object: KubeObject, part: string): readonly (readonly [string, string])[] => Object.entries(isObject(object[part]) ? object[part] : {}).map(([key, value]) => [key, text(value)]);
const keyErrors = (object: KubeObject, part: string): readonly FieldError[] => valuesOf(object, part).flatMap(([key]) => keyFaults(key).map((fault) => fieldError.invalid(`${part}[${key}]`, key, fault)));
const sum = (sizes: readonly number[]): number => sizes.reduce((total, size) => total + size, 0);
const decodedSize = ([, value]: readonly [string, string]): number => Buffer.byteLength(value, 'base64');

function fixedErrors(object: KubeObject, live: KubeObject | undefined, parts: readonly string[]): readonly FieldError[] {
  if (live?.['immutable'] !== true) return [];
  const fixed = (field: string): FieldError => fieldError.forbidden(field, 'field is immutable when `immutable` is set');
  return [...(object['immutable'] === true ? [] : [fixed('immutable')]), ...parts.filter((part) => !equal(object[part], live[part])).map(fixed)];
}

const shared: Rules = { names: 'subdomain', typed: true, strategic: true, unconditional: true, standardFinalizers: true, knowsAll: true };

export const configMapRules: Rules = {
  ...shared,
  check(map, live) {
    const size = sum([...valuesOf(map, 'data').map(([, value]) => Buffer.byteLength(value)), ...valuesOf(map, 'binaryData').map(decodedSize)]);
    const twice = valuesOf(map, 'data').filter(([key]) => isObject(map['binaryData']) && Object.hasOwn(map['binaryData'], key));
    return [
      ...fixedErrors(map, live, ['data', 'binaryData']), ...keyErrors(map, 'data'), ...keyErrors(map, 'binaryData'),
      ...twice.map(([key]) => fieldError.invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')), ...(size > mostBytes ? [fieldError.tooLong('[]', mostBytes)] : []),
    ];
  },
};

/** What a type of secret must hold. */
const contents: { readonly [type: string]: (has: (key: string) => string | undefined, secret: KubeObject) => readonly FieldError[] } = {
  'kubernetes.io/service-account-token': (_has, secret) => (secret.metadata.annotations?.['kubernetes.io/service-account.name'] ? [] : [fieldError.required('metadata.annotations[kubernetes.io/service-account.name]')]),
  'kubernetes.io/dockercfg': (has) => json('.dockercfg', has),
  'kubernetes.io/dockerconfigjson': (has) => json('.dockerconfigjson', has),
  'kubernetes.io/basic-auth': (has) => (has('username') === undefined && has('password') === undefined ? [missing('username'), missing('password')] : []),
  'kubernetes.io/ssh-auth': (has) => (has('ssh-privatekey') ? [] : [missing('ssh-privatekey')]),
  'kubernetes.io/tls': (has) => ['tls.crt', 'tls.key'].filter((key) => has(key) === undefined).map(missing),
};

const missing = (key: string): FieldError => fieldError.required(`data[${key}]`);

/** What is in it is never shown. */
function json(key: string, has: (key: string) => string | undefined): readonly FieldError[] {
  const value = has(key);
  if (value === undefined) return [missing(key)];
  const fault = jsonFault(Buffer.from(value, 'base64'));
  return fault === undefined ? [] : [fieldError.invalid(`data[${key}]`, '<secret contents redacted>', fault)];
}

/** What Go finds wrong with a pair of certificate and key, which a secret may hold all the same. */
function pairWarnings(certificate: string, key: string): readonly string[] {
  const read = (value: string): string => Buffer.from(value, 'base64').toString('latin1');
  const [first, second] = [read(certificate), read(key)];
  if (!first.includes('-----BEGIN ')) return ['tls: failed to find any PEM data in certificate input'];
  if (!second.includes('-----BEGIN ')) return ['tls: failed to find any PEM data in key input'];
  try {
    return new X509Certificate(first).checkPrivateKey(createPrivateKey(second)) ? [] : ['tls: private key does not match public key'];
  } catch (error) {
    return [`tls: the pair cannot be read: ${(error as Error).message}`];
  }
}

export const secretRules: Rules = {
  ...shared,
  warnings(secret) {
    const [certificate, key] = ['tls.crt', 'tls.key'].map((name) => valuesOf(secret, 'data').find(([one]) => one === name)?.[1]);
    return secret['type'] === 'kubernetes.io/tls' && certificate !== undefined && key !== undefined ? pairWarnings(certificate, key) : [];
  },
  decode(secret) {
    const plain = valuesOf(secret, 'stringData').map(([key, value]) => [key, Buffer.from(value).toString('base64')] as const);
    delete secret['stringData'];
    if (plain.length > 0) secret['data'] = { ...(isObject(secret['data']) ? secret['data'] : {}), ...Object.fromEntries(plain) };
  },
  check(secret, live) {
    const values = new Map(valuesOf(secret, 'data'));
    return [
      ...(live && live['type'] !== secret['type'] ? [fieldError.invalid('type', secret['type'], 'field is immutable')] : []), ...fixedErrors(secret, live, ['data']), ...keyErrors(secret, 'data'),
      ...(sum([...values].map(decodedSize)) > mostBytes ? [fieldError.tooLong('data', mostBytes)] : []), ...(contents[text(secret['type'])]?.((key) => values.get(key), secret) ?? []),
    ];
  },
};
