/**
 * What is masked before anything leaves: one entry per form of secret, with the lines that prove it. In each pattern the
 * group `value` is what goes; what stands around it stays, so that a reader still sees that a password was there.
 * Patterns have no nested or adjoining open repeats: their time grows with the length of the text.
 */
import { commandSecrets } from "./secrets-commands.ts";
import { passwordSecrets } from "./secrets-passwords.ts";
import { personalSecrets } from "./secrets-personal.ts";
import { tokenSecrets } from "./secrets-tokens.ts";
import type { SecretKind } from "./secret-kind.ts";

export const secretKinds: readonly SecretKind[] = [
  ...tokenSecrets,
  ...passwordSecrets,
  ...commandSecrets,
  ...personalSecrets,
];
