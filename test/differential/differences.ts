// What differs on purpose between the embedded API server and a real one. A line whose case no longer differs, or differs elsewhere too, fails the tests.

export interface Difference {
  /** Why the answers are allowed to differ. */
  readonly reason: string;
  /** Matches each line of the comparison that is meant; any other line is a fault. */
  readonly where: RegExp;
}

const oneProgram = { reason: 'DeleteOptions name every group of the program that publishes them: here one program publishes all kinds', where: /DeleteOptions\.x-kubernetes-group-version-kind: embedded/ };
const notOurFault = 'a version that is no number is the mistake of the client: it is a BadRequest here, while a real server takes the blame with a 500, which clients try again';

/** One server takes an object which the other refuses with a Status: every field differs then, but the refusal is this one. */
function refusal(by: 'embedded' | 'real', code: number, words: string): string {
  const differs = (ofObject: string, ofStatus: string): string => (by === 'real' ? `embedded ${ofObject}, real ${ofStatus}` : `embedded ${ofStatus}, real ${ofObject}`);
  return [
    `status: ${differs('201', String(code))}`, `body\\.(apiVersion|kind): ${differs('"[^"]+"', '"(v1|Status)"')}`, `body\\.(metadata|spec|subsets)(\\.\\w+)?: ${differs('.+', 'nothing')}`,
    `body\\.(code|reason|status): ${differs('nothing', '.+')}`, `body\\.(message|details): ${differs('nothing', `.*${words}.*`)}`,
  ].join('|');
}

/** By title of the case. */
export const onPurpose: Readonly<Record<string, Difference>> = {
  'kubectl describe of a namespace tells of its quotas': { reason: 'the embedded server has neither quotas nor limits, so kubectl has nothing to tell of them', where: /kubectl describe ns .*\.stdout/ },
  'with verbose the checks are listed': { reason: 'the embedded server has no hooks of a kube-apiserver to check', where: /\?verbose.*\.body: embedded "\[\+\]ping ok/ },
  'a body that is no YAML cannot be applied': { reason: 'what is wrong with a YAML text is said in the words of another YAML reader', where: /\.body\.message: embedded "error decoding YAML: error converting YAML to JSON: yaml: / },
  'YAML that is broken is refused': { reason: 'what is wrong with a YAML text is said in the words of another YAML reader', where: /\.body\.message: embedded "the object provided is unrecognized \(must be of type \w+\): yaml: / },
  'a whole number written as a fraction is one for a scale path too': { reason: 'JavaScript does not tell 1.0 from 1, and a scale path that holds 1.0 holds a whole number', where: new RegExp(`^step [12], POST .*\\.(${refusal('real', 422, 'accessor error: 10*0* is of the type float64, expected int64')})$|^step 3: embedded went on with left behind in .*/widgets, real with nothing$`) },
  'a whole number above 2^53 is kept to the digit': { reason: 'JavaScript would change the number silently: it is refused with what to do instead', where: new RegExp(`^step 1, POST .*\\.(${refusal('embedded', 400, 'cannot be kept exactly: at most 9007199254740991, or a text')})$|^step 2: embedded went on with nothing, real with left behind in .*/widgets$`) },
  'a watch from a version that is no number is refused': { reason: notOurFault, where: /\.(status|body\.code|body\.reason): embedded (400|"BadRequest"), real (500|nothing)$/ },
  'one object cannot be read at what is no version': { reason: notOurFault, where: /\.(status|body\.code|body\.reason): embedded (400|"BadRequest"), real (500|nothing)$/ },
  'one object is not given as a list of metadata': {
    reason: 'a form that does not fit is NotAcceptable for custom kinds as it is for all others, while a real server stumbles over them with a 500',
    where: /^step 2, .*\.(status|body\.code|body\.message|body\.reason): embedded (406|"NotAcceptable"|"you requested PartialObjectMetadataList.*), real/,
  },
  'a long text in YAML is folded': { reason: 'long texts are folded too, a word earlier or later: the value is the same', where: /^step 1, .*\.body: embedded/ },
  'kubectl describe of a namespace': { reason: 'kinds that CLRK has no use for are not served here, so kubectl does not speak of quotas and limit ranges', where: /stdout: embedded .*No resource quota/ },
  'kubectl get ev is warned of, where two kinds have the short name': { reason: 'events are served in the core group only, so the short name is not ambiguous here', where: /stderr: embedded .*could also match/ },
  'endpoints on the loopback address': { reason: 'in `dev` the operator runs beside the API server, and its Service must point to this machine', where: new RegExp(`^step 1, POST .*\\.(${refusal('real', 422, 'may not be in the loopback range')})$|^step 2, DELETE .*\\.status: embedded 200, real 404$`) },
  'OpenAPI v3 of test.example.com/v1 is the same to the letter': oneProgram,
  'OpenAPI v3 of test.example.com/v1beta1 is the same to the letter': oneProgram,
  'OpenAPI v3 of clrk.apoxy.dev/v1alpha1 is the same to the letter': oneProgram,
};
