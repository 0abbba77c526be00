/** A rule file that cannot be used; the message starts with file:line. */
export class RuleError extends Error {}
