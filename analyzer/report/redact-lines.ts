/** Lines that stand beside each other: some secrets are only known by the line before them. */
import { isPemBody } from "./secret-words.ts";

const KEY_BEGINS = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY/;
const KEY_ENDS = /-----END [A-Z0-9 ]{0,30}PRIVATE KEY/;
const BASE64_ONLY = /^\s*[A-Za-z0-9+/]{4,}={0,2}\s*$/;
const SECRET_NAME = /name["']?\s{0,4}:\s{0,4}["']?[\w.-]{0,80}(?:pass|pwd|secret|token|key|credential)/i;
const SECRET_OPTION = /^\s*(?:- )?["']?--[\w-]{0,60}(?:password|passwd|passphrase|secret|token|psk)["']?,?\s*$/i;
const WORD_LINE = /^(?<lead>\s*(?:- )?["']?)(?<secret>[^"'\s-][^"']{0,4000})/;
const VALUE_LINE = /^(?<lead>\s*-?\s*["']?value["']?\s{0,4}:\s{0,4}["']?)(?<secret>[^"'\s][^"']{0,4000})/;

/**
 * Masks what only its neighbours give away: the body of a private key, and the value under a name like `DB_PASSWORD` or `--password`.
 * @param lines consecutive lines of one artifact
 * @param token gives the token for a secret of a kind
 */
export function maskNeighbours(lines: readonly string[], token: (kind: string, value: string) => string): string[] {
  // An excerpt may begin inside of a key.
  let inKey = lines.findIndex((line) => KEY_ENDS.test(line)) < lines.findIndex((line) => KEY_BEGINS.test(line));
  return lines.map((line, index) => {
    if (KEY_BEGINS.test(line)) inKey = true;
    else if (KEY_ENDS.test(line)) inKey = false;
    else if (isPemBody(line) || (inKey && BASE64_ONLY.test(line))) return token("private-key", line.trim());
    return maskNamedValue(line, lines[index - 1], token);
  });
}

function maskNamedValue(
  line: string,
  previous: string | undefined,
  token: (kind: string, value: string) => string,
): string {
  if (previous === undefined) return line;
  const form = SECRET_NAME.test(previous) ? VALUE_LINE : SECRET_OPTION.test(previous) ? WORD_LINE : null;
  const { lead, secret } = form?.exec(line)?.groups ?? {};
  if (lead === undefined || secret === undefined) return line;
  return lead + token("password", secret) + line.slice(lead.length + secret.length);
}
