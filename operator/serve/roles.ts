// Who asks: the role that a bearer token stands for, compared in constant time.
import { createHash, timingSafeEqual } from 'node:crypto';

export type Role = 'worker' | 'proxy' | 'reader';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Only digests are kept: all comparisons take the same time, whatever the length of what was sent. */
export function roleByToken(tokens: Readonly<Record<Role, string>>): (authorization: string | undefined) => Role | undefined {
  const known = Object.entries(tokens).map(([role, token]) => ({ role: role as Role, digest: digest(token) }));
  return (authorization) => {
    const sent = digest(/^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '');
    const matches = known.filter((entry) => timingSafeEqual(entry.digest, sent));
    return matches[0]?.role;
  };
}
