import { spawnSync } from "node:child_process";

/** What a usual machine needs at most to run a short pipe in a shell, in ms. */
const NOMINAL_PIPE = 3;
const PIPES = 200;

/** How many times longer this machine needs to start processes, which is most of what the collector does. At least 1. */
export function slowness(): number {
  const times = Array.from({ length: 3 }, () => {
    const began = performance.now();
    spawnSync("sh", ["-c", `i=0; while [ $i -lt ${PIPES} ]; do x=$(echo a | cat); i=$((i + 1)); done`]);
    return (performance.now() - began) / PIPES;
  });
  return Math.max(1, Math.min(...times) / NOMINAL_PIPE);
}
