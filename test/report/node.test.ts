/** What the report says of the node, where the API describes more than one. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const described = (name: string): string =>
  [
    `Name:               ${name}`,
    "Roles:              <none>",
    "System Info:",
    "  Kernel Version:             5.4.0-99-generic",
    "  OS Image:                   Debian GNU/Linux 12 (bookworm)",
    "  Container Runtime Version:  containerd://1.5.5",
    "  Kubelet Version:            v1.23.3",
    "",
  ].join("\n");

test("one described node is the node", async () => {
  const report = await reportOf({ "describe-n7.txt": described("n7") });
  expect(report.node).toMatchObject({ host: "n7", kubernetes: "v1.23.3" });
});

test("of several described nodes none is the node", async () => {
  const report = await reportOf({ "describe-n7.txt": described("n7"), "describe-n8.txt": described("n8") });
  expect(report.node).toMatchObject({ host: null, kubernetes: null });
});
