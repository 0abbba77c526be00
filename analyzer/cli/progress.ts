import type { Progress } from "../model/analysis.ts";
import { plainLine } from "./errors.ts";

export type ProgressMode = "auto" | "plain" | "none";

const EVERY = 120;

/** Shows progress on stderr: one line that is rewritten on a terminal, a line per stage elsewhere. */
export function createProgress(mode: ProgressMode): { show: (progress: Progress) => void; clear: () => void } {
  const live = mode === "auto" && process.stderr.isTTY;
  let last = 0;
  let stage = "";
  let shown = false;
  return {
    show(progress) {
      if (mode === "none" || (mode === "auto" && !live)) return;
      if (!live) {
        if (progress.stage !== stage) process.stderr.write(`${progress.stage} …\n`);
        stage = progress.stage;
        return;
      }
      const now = Date.now();
      if (now - last < EVERY && progress.stage === stage) return;
      last = now;
      stage = progress.stage;
      const width = Math.max(20, (process.stderr.columns ?? 80) - 1);
      process.stderr.write(`\r\u001b[K${plainLine(`${progress.stage} ${progress.detail}`).slice(0, width)}`);
      shown = true;
    },
    clear() {
      if (shown) process.stderr.write("\r\u001b[K");
    },
  };
}
