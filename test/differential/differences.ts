// What differs on purpose between the embedded API server and a real one. A line whose case no longer differs, or differs elsewhere too, fails the tests.

export interface Difference {
  /** Why the answers are allowed to differ. */
  readonly reason: string;
  /** Matches each line of the comparison that is meant; any other line is a fault. */
  readonly where: RegExp;
}

/** By title of the case. */
export const onPurpose: Readonly<Record<string, Difference>> = {
  'with verbose the checks are listed': { reason: 'the embedded server has no hooks of a kube-apiserver to check', where: /\?verbose.*\.body: embedded "\[\+\]ping ok/ },
  'a body that is no YAML cannot be applied': { reason: 'what is wrong with a YAML text is said in the words of another YAML reader', where: /\.body\.message: embedded "error decoding YAML: error converting YAML to JSON: yaml: / },
  'YAML that is broken is refused': { reason: 'what is wrong with a YAML text is said in the words of another YAML reader', where: /\.body\.message: embedded "the object provided is unrecognized \(must be of type \w+\): yaml: / },
  'a whole number written as a fraction is one for a scale path too': { reason: 'JavaScript does not tell 1.0 from 1, and a scale path that holds 1.0 holds a whole number', where: /./ },
  'a whole number above 2^53 is kept to the digit': { reason: 'JavaScript would change the number silently: it is refused with what to do instead', where: /./ },
};
