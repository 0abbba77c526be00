import { hasJournalTools } from "../journal/helpers.ts";
import type { HostileCase } from "./case.ts";
import { journalCases } from "./journal-cases.ts";
import { jsonCases } from "./json-cases.ts";
import { packedCases } from "./packed-cases.ts";
import { tarCases } from "./tar-cases.ts";
import { textCases } from "./text-cases.ts";

/** All hostile bundles by what is hostile about them. */
export function allCases(): Record<string, readonly HostileCase[]> {
  return {
    archives: tarCases,
    compression: packedCases,
    journals: hasJournalTools() ? journalCases : [],
    JSON: jsonCases,
    text: textCases,
  };
}
