/** A form of secret, with the lines that prove it. */
export interface SecretKind {
  /** Name inside of the token: `‹token:3›`. Several entries may share one. */
  kind: string;
  /** Lower-case texts, one of which must occur before the pattern is tried. */
  hints: readonly string[];
  /** False for texts in which the pattern finds nothing, and told in a tenth of its time: for hints that most lines hold. */
  may?: (text: string) => boolean;
  pattern: RegExp;
  accept?: (value: string, match: RegExpExecArray) => boolean;
  /** Known by itself wherever it stands: looked for once more in everything that is about to leave. */
  evident?: boolean;
  /** Lines, and what of them is masked. */
  masks: readonly (readonly [line: string, value: string])[];
  keeps: readonly string[];
}
