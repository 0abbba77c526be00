/** Bytes that are no text: a part of the export format, and a sign of damage outside of its fields. */
import { expect, test } from "vitest";
import { reportOf } from "../helpers/analyze.ts";

const entry = (second: number, message: string): string =>
  [`__REALTIME_TIMESTAMP=17044348${second}028700`, "_BOOT_ID=0123456789abcdef0123456789abcdef", message, "", ""].join(
    "\n",
  );
const LENGTH = "\u0012\0\0\0\0\0\0\0";
const framed = entry(77, `MESSAGE\n${LENGTH}panic: no good\n  more of it`) + entry(78, "MESSAGE=Started.");

test("the length of a field that holds line ends is no damage", async () => {
  const report = await reportOf({ "all.export": framed });
  expect(report.counts.events).toBe(2);
  expect(report.warnings).toEqual([]);
});

test("NUL bytes between the entries are told", async () => {
  const report = await reportOf({ "all.export": `${framed}${"\0".repeat(64)}\n${entry(79, "MESSAGE=Stopped.")}` });
  expect(report.warnings).toMatchObject([{ artifact: "all.export", line: 11 }]);
});
