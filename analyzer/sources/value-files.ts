/**
 * Small files of the kernel that hold one value, or one a line, each under a header that names it: /sys, /proc/sys and
 * /proc/pressure. The value alone says nothing, so that the path goes before it.
 *
 *     ==> /sys/class/mmc_host/mmc0/mmc0:0001/life_time <==
 *     0x0b 0x03
 *     ==> /proc/pressure/io <==
 *     full avg10=91.20 avg60=88.01 avg300=60.11 total=2210011
 */
import type { LineReader, ParseContext, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";

const PRESSURE = /^(?:some|full) avg10=\d/;
/** Longer ones are lists, logs or binary. */
const LONGEST = 200;
/** Lines of one file that get its path: those that hold one value a line have fewer, and a list must not grow by it. */
const MOST_NAMED = 32;

function open(context: ParseContext): LineReader {
  let path = pathOfContext(context);
  let named = 0;
  return {
    line(line) {
      const header = pathOfHeader(line.text);
      if (header !== null) [path, named] = [header, 0];
      if (header !== null || line.text.trim() === "") return;
      const text = path === "" || named++ >= MOST_NAMED ? line.text.trim() : `${path}: ${line.text.trim()}`;
      context.sink.event({ line, stated: null, clock: "none", precision: 0, level: 6, origin: "sysfs", text });
    },
    end: () => undefined,
  };
}

const source: SourceParser = {
  id: "value-files",
  title: "values of /sys and /proc/sys",
  kinds: [],
  path: /^\/(?:sys|proc\/sys|proc\/pressure)\//,
  sniff: (head) => {
    const lines = head.filter((line) => line.trim() !== "");
    if (lines.length === 0 || lines.some((line) => line.length > LONGEST)) return 0;
    return lines.every((line) => PRESSURE.test(line)) ? 0.7 : 0.02;
  },
  open,
  samples: [
    {
      name: "wear of a card",
      path: "/sys/class/mmc_host/mmc0/mmc0:0001/life_time",
      lines: ["0x0b 0x03"],
      events: 1,
      facts: 0,
    },
    {
      name: "pressure",
      path: "/proc/pressure/io",
      lines: [
        "some avg10=95.10 avg60=90.01 avg300=70.11 total=3310011",
        "full avg10=91.20 avg60=88.01 avg300=60.11 total=2210011",
      ],
      events: 2,
      facts: 0,
    },
  ],
};

export default bounded(source);
