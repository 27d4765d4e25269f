// CredentialInjectionPolicy: which Secret the proxy writes into which header, on which route or gateway.
import { objectName } from './agent-sandbox.ts';
import type { Verdict } from './conditions.ts';
import { group } from './group.ts';
import { age, field, type KindDefinition, type Kinded, type Problem } from './object.ts';
import { policyAncestors, referenceTo } from './references.ts';
import { enumOf, list, object, optional, text, withDefault, listInCel, ruled, type TypeOf } from './schema.ts';

export const policyController = `${group}/credentialinjectionpolicy-controller`;

const target = referenceTo('A route, or a gateway for all of its exchanges that match a route. Credentials go to hosts that belong to the provider alone: the calls of a targeted route with a match for custom or azure-openai are refused, and what a gateway passes without a route for openai, anthropic, google or bedrock goes without the credential.', ['AIProviderRoute', 'EgressGateway']);

/** Headers that frame or address the message itself: writing a credential into one of them would break it. */
const framing = new Set(['host', 'connection', 'content-length', 'content-type', 'content-encoding', 'transfer-encoding', 'te', 'trailer', 'upgrade', 'expect', 'keep-alive', 'proxy-connection']);

const shape = object('Where the credential comes from, and where it goes. Exactly one of targetRefs and parentRefs is set.', {
  targetRefs: optional(list('The routes and gateways that the policy applies to.', target, { min: 1, max: 16 })),
  parentRefs: optional(list('Older spelling of targetRefs.', target, { min: 1, max: 16 })),
  secretRef: object('The Secret, in the same namespace.', { name: objectName('Name of the Secret.') }),
  secretKey: withDefault(text('Key in the Secret whose value is written, byte for byte: nothing such as `Bearer ` is added.', { pattern: '^[-._a-zA-Z0-9]+$', maxLength: 253 }), 'token'),
  target: enumOf('What is written.', ['Header']),
  headerName: ruled(
    text('Header that is overwritten, whatever the agent sent in it.', { pattern: "^[-!#$%&'*+.^_`|~0-9A-Za-z]+$", minLength: 1, maxLength: 128 }),
    { rule: `!(self.lowerAscii() in ${listInCel(framing)})`, message: 'is needed by the message itself; a credential cannot go there', messageExpression: '"is %s, which the message itself needs; a credential cannot go there".format([self])' },
  ),
});

const spec = ruled(
  shape,
  { rule: 'has(self.targetRefs) || has(self.parentRefs)', message: 'needs targetRefs: the routes or gateways that the credential is for' },
  { rule: '!has(self.targetRefs) || !has(self.parentRefs)', message: 'is the older spelling of targetRefs; keep one of the two', fieldPath: '.parentRefs' },
);

const status = object('How the policy fares.', { ancestors: policyAncestors });

export type CredentialInjectionPolicy = Kinded<'CredentialInjectionPolicy', TypeOf<typeof spec>, TypeOf<typeof status>>;
export type PolicyTarget = TypeOf<typeof target>;

export type PolicyVerdict =
  /** HostNotNamed: the agent would choose the host that gets the credential, so none gets it. */
  | Verdict<'Accepted', 'Accepted' | 'TargetNotFound' | 'HostNotNamed' | 'Invalid'>
  /** While not resolved, every exchange that the policy applies to is refused: a call never leaves without its credential. */
  | Verdict<'ResolvedRefs', 'ResolvedRefs' | 'SecretNotFound' | 'SecretKeyNotFound' | 'InvalidSecretValue'>;

/** What the policy applies to, in whichever spelling. */
export const policyTargets = (policy: CredentialInjectionPolicy): readonly PolicyTarget[] => policy.spec.targetRefs ?? policy.spec.parentRefs ?? [];

function check(candidate: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  const targetRefs = field(candidate, 'spec', 'targetRefs');
  const parentRefs = field(candidate, 'spec', 'parentRefs');
  if (targetRefs === undefined && parentRefs === undefined) problems.push({ path: '/spec', message: 'needs targetRefs: the routes or gateways that the credential is for' });
  if (targetRefs !== undefined && parentRefs !== undefined) problems.push({ path: '/spec/parentRefs', message: 'is the older spelling of targetRefs; keep one of the two' });
  const header = field(candidate, 'spec', 'headerName');
  if (typeof header === 'string' && framing.has(header.toLowerCase())) problems.push({ path: '/spec/headerName', message: `is ${header}, which the message itself needs; a credential cannot go there` });
  return problems;
}

export const credentialInjectionPolicy: KindDefinition = {
  kind: 'CredentialInjectionPolicy',
  plural: 'credentialinjectionpolicies',
  singular: 'credentialinjectionpolicy',
  shortNames: ['cip'],
  description: 'Which Secret the proxy writes into which header. The agent never sees the value.',
  spec,
  status,
  check,
  columns: [
    { name: 'Target', type: 'string', jsonPath: '.spec.target' },
    { name: 'Secret', type: 'string', jsonPath: '.spec.secretRef.name' },
    { name: 'Accepted', type: 'string', jsonPath: '.status.ancestors[*].conditions[?(@.type=="Accepted")].status' },
    { name: 'Ready', type: 'string', jsonPath: '.status.ancestors[*].conditions[?(@.type=="ResolvedRefs")].status' },
    age,
  ],
};
