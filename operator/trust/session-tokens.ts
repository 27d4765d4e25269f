// Tokens of a dev session: three files, compared in constant time; its worker and proxy are one pod.
import { createHash, timingSafeEqual } from 'node:crypto';
import type { PodIdentity } from './identity.ts';
import { bearerOf, type Tokens } from './tokens.ts';

export interface SessionTokens {
  readonly worker: string;
  readonly proxy: string;
  readonly reader: string;
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Only digests are kept: all comparisons take the same time, whatever the length of what was sent. */
export function sessionTokens(tokens: SessionTokens, pod: PodIdentity): Tokens {
  const known = { worker: digest(tokens.worker), proxy: digest(tokens.proxy), reader: digest(tokens.reader) };
  const is = (role: keyof SessionTokens, token: string): boolean => timingSafeEqual(known[role], digest(token));
  return {
    enroller: async (token) => {
      const [isWorker, isProxy] = [is('worker', token), is('proxy', token)];
      return isWorker || isProxy ? { kind: 'known', identity: { ...pod, role: isWorker ? 'worker' : 'proxy' } } : { kind: 'refused', refusal: 'unauthorized' };
    },
    // The session's own processes, which end with it.
    isLiving: async () => true,
    livingMs: 3_600_000,
    reader: async ({ authorization }) => (is('reader', bearerOf(authorization) ?? '') ? { kind: 'allowed' } : { kind: 'refused', refusal: 'unauthorized' }),
  };
}
