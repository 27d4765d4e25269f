// Tokens of a cluster: the API server says whose they are (TokenReview), and whether their pod is one of a pool.
import { createHash } from 'node:crypto';
import { labels } from '../api/group.ts';
import { audiences, readerAccount, readerTokenHeader, workerAccount, workersOf } from '../install/names.ts';
import type { Kube, KubeObject } from '../kube/kube.ts';
import { pods, tokenReviews } from '../kube/resources.ts';
import type { Logger } from '../../proxy/telemetry/log.ts';
import { Answers } from './answers.ts';
import { isNameable, roles, type Role } from './identity.ts';
import { Living } from './living.ts';
import { bearerOf, type Enroller, type Reader, type Refused, type Tokens } from './tokens.ts';

/** What was said of a token counts for so long; a reader whose right was taken away reads on no longer. */
const allowedMs = 30_000;
const refusedMs = 10_000;
/** What was found of a pod counts for so long. */
const livingForMs = 30_000;
/** A follower asks anew after this time at the latest. */
const streamMs = 600_000;

interface Whose {
  readonly username: string;
  readonly audiences: readonly string[];
  readonly pod: string;
  readonly podUid: string;
}

interface ReviewStatus {
  readonly authenticated?: boolean;
  readonly audiences?: readonly string[];
  readonly user?: { readonly username?: string; readonly extra?: Readonly<Record<string, readonly string[]>> };
}

const refused = (refusal: Refused['refusal'], detail?: string): Refused => ({ kind: 'refused', refusal, ...(detail === undefined ? {} : { detail }) });

export function clusterTokens(kube: Kube, log: Logger, { now = () => new Date(), livingMs = livingForMs }: { readonly now?: () => Date; readonly livingMs?: number } = {}): Tokens {
  const readers = new Answers<Reader>(now);
  const strangers = new Answers<Enroller>(now);
  const living = new Living(async ({ namespace, pod, uid }) => isLiving(await kube.get(pods, { namespace, name: pod }), uid), livingMs, now);

  /** Undefined: a token that the API server does not know, or of another audience. */
  const review = async (token: string, wanted: readonly string[]): Promise<Whose | undefined> => {
    const made = await kube.create(tokenReviews, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', metadata: { name: '' }, spec: { token, audiences: wanted } });
    const { authenticated, audiences: fitting = [], user } = (made['status'] ?? {}) as ReviewStatus;
    // A server that knows nothing of audiences would leave them out and take any token.
    const both = fitting.filter((audience) => wanted.includes(audience));
    if (authenticated !== true || both.length === 0) return undefined;
    const extra = (name: string): string => user?.extra?.[`authentication.kubernetes.io/${name}`]?.[0] ?? '';
    return { username: user?.username ?? '', audiences: both, pod: extra('pod-name'), podUid: extra('pod-uid') };
  };

  const enroller = async (token: string): Promise<Enroller> => {
    const whose = await review(token, roles.map((role) => audiences[role]));
    if (!whose) return refused('unauthorized');
    const fitting = roles.filter((role) => whose.audiences.includes(audiences[role]));
    const [role] = fitting;
    // A token for both would let one container be the other.
    if (!role || fitting.length > 1) return refused('notEnrolled', 'a token has one audience');
    const namespace = accountNamespace(whose.username, workerAccount);
    if (namespace === undefined) return refused('notEnrolled', `a token of the account ${workerAccount} is needed`);
    if (!whose.pod || !whose.podUid) return refused('notEnrolled', 'a token that is bound to a pod is needed');
    return ofPod(await kube.get(pods, { namespace, name: whose.pod }), { role, namespace, pod: whose.pod, uid: whose.podUid });
  };

  return {
    enroller: (token) =>
      strangers.remember(digest(token), async () => {
        const answer = await enroller(token);
        if (answer.kind === 'known') return { answer };
        log.warn('a worker or proxy was refused a certificate', { refusal: answer.refusal, detail: answer.detail });
        return { answer, forMs: refusedMs };
      }),
    isLiving: (pod) => living.is(pod),
    livingMs,
    reader: (headers, namespace) => {
      const given = headers[readerTokenHeader];
      const token = bearerOf(`Bearer ${typeof given === 'string' ? given : ''}`);
      if (token === undefined) return Promise.resolve(refused('noReaderToken'));
      return readers.remember(`${digest(token)} ${namespace}`, async () => {
        const whose = await review(token, [audiences.reader]);
        if (!whose) return { answer: refused('noReaderToken'), forMs: refusedMs };
        if (accountNamespace(whose.username, readerAccount) !== namespace) return { answer: refused('otherNamespace'), forMs: refusedMs };
        return { answer: { kind: 'allowed', until: now().getTime() + streamMs }, forMs: allowedMs };
      });
    },
  };
}

const digest = (token: string): string => createHash('sha256').update(token).digest('base64');

function accountNamespace(username: string, account: string): string | undefined {
  return new RegExp(`^system:serviceaccount:([a-z0-9-]{1,63}):${account}$`).exec(username)?.[1];
}

interface Claim {
  readonly role: Role;
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
}

/** The very one, and with containers that run or will: one that was evicted stays in the list. */
function isLiving(pod: KubeObject | undefined, uid: string): boolean {
  const phase = (pod?.['status'] as { readonly phase?: string } | undefined)?.phase;
  return pod?.metadata.uid === uid && phase !== 'Succeeded' && phase !== 'Failed';
}

/** Whether this pod was made by the Deployment of a pool, or only uses its account. */
function ofPod(pod: KubeObject | undefined, claim: Claim): Enroller {
  if (!pod || !isLiving(pod, claim.uid)) return refused('notEnrolled', 'the pod of the token is gone');
  const pool = pod.metadata.labels?.[labels.workerPool] ?? '';
  const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller === true);
  if (pool === '' || owner?.kind !== 'ReplicaSet' || !owner.name.startsWith(`${workersOf(pool)}-`)) return refused('notEnrolled', 'the pod of the token is none of a WorkerPool');
  const identity = { ...claim, pool };
  return isNameable(identity) ? { kind: 'known', identity } : refused('notEnrolled', 'the pod of the token has a name that cannot stand in a certificate');
}
