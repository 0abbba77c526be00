import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { BIN, scratch } from "../helpers/cli.ts";

const root = scratch();
const k1 = join(import.meta.dirname, "../../samples/k1-apiserver-refused/k1");

function shell(script: string): { out: string; exit: number | null } {
  const options = { cwd: root, encoding: "utf8", timeout: 240_000, killSignal: "SIGKILL" } as const;
  const { stdout, stderr, status } = spawnSync("bash", ["-c", script, "bash", BIN, k1], options);
  return { out: stdout + stderr, exit: status };
}

describe("what gives its bytes only once", () => {
  test.each([
    ["a named pipe", 'mkfifo p && (sleep 0.3; tar -cz -C "$2" . > p) & sleep 0.1; node "$1" p --progress none'],
    ["the output of a command", 'node "$1" <(tar -cz -C "$2" .) --progress none'],
    ["standard input by its path", 'tar -cz -C "$2" . | node "$1" /dev/stdin --progress none'],
  ])("%s is analysed with its evidence", (_, script) => {
    const { out, exit } = shell(script);
    expect(out).toContain("CAUSE FOUND");
    expect(exit).toBe(0);
  });

  test.each([
    ["a pipe", 'node "$1" query <(tar -cz -C "$2" .) "select count(*) > 0 as some from event" --csv'],
    ["standard input", 'tar -cz -C "$2" . | node "$1" query - "select count(*) > 0 as some from event" --csv'],
  ])("%s is queried", (_, script) => {
    expect(shell(script)).toEqual({ out: "some\n1\n", exit: 0 });
  });

  test("a pipe that nobody writes to does not keep Ctrl-C from ending it", () => {
    const { exit } = shell('mkfifo q; node "$1" q & sleep 1.5; kill -TERM $!; wait $!');
    expect(exit).toBe(130);
  });
});
