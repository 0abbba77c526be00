/** A rule that cannot be used; of a file, the message starts with file:line. `code` tells it after it went between threads. */
export class RuleError extends Error {
  readonly code = "COLDCASE_RULE";
}
