import type { HostileRun } from "./run.ts";

/** One hostile bundle, made by code, and what must come of it. */
export interface HostileCase {
  name: string;
  /** Name of the bundle; `k1.tar` when absent. */
  file?: string;
  /** The bundle's bytes, or nothing when it was made at the path. */
  make(path: string): Buffer | string | void;
  command?: string[];
  args?: string[];
  /** 0 when absent. */
  exit?: number;
  limits?: { seconds?: number; megabytes?: number };
  /** Must be in the JSON report, or on stderr when there is none. */
  shows?: (string | RegExp)[];
  /** Must be nowhere in what a person sees: HTML with its data, Markdown, terminal. */
  hides?: (string | RegExp)[];
  /** Must not stand in the source of the HTML page as it is, where a browser would act on it. */
  inert?: string[];
  check?(run: HostileRun): void;
}

/** A name that paths out of the archive would make a file of, and where it would be. */
export const ESCAPE = "coldcase-escaped";
export const ESCAPED = [`/${ESCAPE}`, `/tmp/${ESCAPE}`, `/etc/${ESCAPE}`, `/root/${ESCAPE}`, `/var/tmp/${ESCAPE}`];

/** A line that is always read, to see that the rest of a bundle survived. */
export const WITNESS =
  "Nov 05 06:07:57 k1 kubelet[319]: E1105 06:07:57.028616     319 kubelet.go:1820] skipping pod synchronization - [PLEG is not healthy: pleg was last seen active 5m17s ago; threshold is 3m0s]\n";
export const SEEN = /last seen active 5m17s ago/;
