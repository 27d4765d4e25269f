// Gives a worker or proxy its certificate: for the token that it shows, and the key that it made.
import { maxEnrolmentBytes, parseEnrolmentRequest } from '../../proxy/identity/enrolment.ts';
import { KubeError } from '../kube/errors.ts';
import { TooBusy } from '../trust/answers.ts';
import { bearerOf, type Tokens } from '../trust/tokens.ts';
import { UnusableKey, type Trust } from '../trust/trust.ts';
import { parseJson, readBody } from './body.ts';
import type { Visit } from './listener.ts';
import { refuse, type Refusal } from './refusals.ts';

/** What is told when the question whose a token is could not be answered; undefined: a fault of ours. */
export function unanswered(error: unknown): Refusal | undefined {
  if (error instanceof TooBusy) return 'busy';
  return error instanceof KubeError ? 'unavailable' : undefined;
}

export async function enrol({ request, response }: Visit, trust: Trust, tokens: Tokens): Promise<void> {
  const token = bearerOf(request.headers.authorization);
  if (token === undefined) return refuse(response, 'unauthorized');
  const body = await readBody(request, maxEnrolmentBytes);
  if (body.kind === 'refused') return refuse(response, body.refusal);
  let publicKey: string;
  try {
    ({ publicKey } = parseEnrolmentRequest(parseJson(body.plain)));
  } catch (error) {
    return refuse(response, 'badBody', error instanceof Error ? error.message : undefined);
  }
  try {
    const answer = await tokens.enroller(token);
    if (answer.kind === 'refused') return refuse(response, answer.refusal, answer.detail);
    const enrolment = trust.enrol(answer.identity, publicKey);
    response.writeHead(200, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(JSON.stringify(enrolment));
  } catch (error) {
    if (error instanceof UnusableKey) return refuse(response, 'badBody', error.message);
    const refusal = unanswered(error);
    if (!refusal) throw error;
    refuse(response, refusal);
  }
}
