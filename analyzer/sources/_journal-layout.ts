import type { FileHeader } from "./_journal-file.ts";
import { DATA, PAYLOAD } from "./_journal-file.ts";
import { Walker, nameLength } from "./_journal-walk.ts";
import type { Window } from "./_journal-window.ts";

const VOTES = 32;

/**
 * Whether the objects are of the compact layout, as the first fields in the file show: a flag in the header may be
 * damaged. Null when there are none to see it from.
 */
export function looksCompact(window: Window, header: FileHeader): boolean | null {
  let compact = 0;
  let regular = 0;
  const walker = new Walker(window, { ...header, compact: true }, () => false);
  while (compact + regular < VOTES && walker.next()) {
    if (walker.type !== DATA || walker.flags !== 0) continue;
    const { offset, size } = walker;
    if (!window.load(offset, Math.min(size, PAYLOAD.compact + 65))) continue;
    const at = offset - window.base;
    const until = at + Math.min(size, PAYLOAD.compact + 65);
    if (nameLength(window.bytes, at + PAYLOAD.regular, until) > 0) regular++;
    else if (nameLength(window.bytes, at + PAYLOAD.compact, until) > 0) compact++;
  }
  return compact + regular === 0 ? null : compact > regular;
}
