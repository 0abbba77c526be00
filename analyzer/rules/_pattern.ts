/**
 * Patterns that need no more than linear or so time, whatever the line. JavaScript tries alternatives one after the
 * other, so that a repetition inside of a repetition (`(a+)+`) may try exponentially many ways.
 */

/** A quantifier at a place: how often it may repeat. Null when there is none. */
function quantifierAt(source: string, at: number): { most: number } | null {
  const head = source[at];
  if (head === "*" || head === "+") return { most: Infinity };
  if (head === "?") return { most: 1 };
  if (head !== "{") return null;
  const range = /^\{(\d+)(,?)(\d*)\}/.exec(source.slice(at, at + 16));
  if (!range) return null;
  const [, least, comma, most] = range;
  return { most: most !== "" ? Number(most) : comma === "" ? Number(least) : Infinity };
}

/** Escapes and classes as one letter each, so that only groups, bars and quantifiers keep a meaning. */
function skeleton(source: string): string {
  return source.replace(/\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|k<\w+>|.)/gi, "_").replace(/\[[^\]]*\]/g, "_");
}

/** Whether a group that may repeat holds something that may repeat without bound: `(a+)+`, `(?:x*y?)*`, `(?:a+){1,9}`. */
export function hasNestedQuantifier(source: string): boolean {
  const plain = skeleton(source);
  const stack: boolean[] = [];
  for (let i = 0; i < plain.length; i++) {
    if (plain[i] === "(") {
      stack.push(false);
      continue;
    }
    const isEnd = plain[i] === ")";
    const inner = isEnd ? (stack.pop() ?? false) : false;
    const most = isEnd
      ? (quantifierAt(plain, i + 1)?.most ?? 1)
      : plain[i - 1] === "("
        ? 1
        : (quantifierAt(plain, i)?.most ?? 1);
    if (isEnd && inner && most > 1) return true;
    if ((inner || most === Infinity) && stack.length > 0) stack[stack.length - 1] = true;
  }
  return false;
}

/** Backreferences and lookbehind have no linear-time equivalent, and no line needs them. */
export function hasBackreference(source: string): boolean {
  return /\\[1-9]|\\k<|\(\?<[=!]/.test(source.replace(/\\\\/g, ""));
}

/** Names of the groups of a pattern. */
export function groupNames(source: string): string[] {
  return [...source.matchAll(/\(\?<([A-Za-z_]\w*)>/g)].map(([, name]) => name ?? "");
}
