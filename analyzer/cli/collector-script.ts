import { readFileSync } from "node:fs";

/** Where `collect.sh` keeps the laptop's clock. */
const EMPTY_STAMP = "laptop_clock=''";

/**
 * The collector, as it is piped to a node.
 * @param stamp the laptop's clock, to bound the error of the node's; null leaves the script as it is
 */
export function collectorScript(stamp: Date | null): string {
  const script = readFileSync(new URL("../../collector/collect.sh", import.meta.url), "utf8");
  if (stamp === null) return script;
  if (!script.includes(EMPTY_STAMP)) throw new Error("collect.sh has no place for the laptop's clock");
  return script.replace(EMPTY_STAMP, `laptop_clock='${stamp.toISOString()}'`);
}
