import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

test("a message that a pattern cuts within quotes is quoted with a closing one", async () => {
  const line = `docker: Error response from daemon: file integrity checksum failed for "etc/services".`;
  const { findings } = await reportOf({ "docker.txt": `$ docker save app:1\n${line}\n` });
  const finding = findings.find(({ rule }) => rule === "image-content-damaged");
  expect(finding?.title).toContain('checksum failed for "etc/services"');
});
