/** What narrows the list of events. */
import type { Range } from "./range.ts";

export type LevelGroup = "error" | "warning" | "other" | "debug";

export interface Criteria {
  /** The text in the search field. */
  query: string;
  hiddenLevels: ReadonlySet<LevelGroup>;
  hiddenOrigins: ReadonlySet<number>;
  /** The list holds only events from here; null = all. */
  scope: Range | null;
}
