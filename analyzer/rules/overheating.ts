/** Heat: the bits of `vcgencmd get_throttled`, and the kernel's lines about temperature. */
import type { FindingDraft } from "../model/rule.ts";
import { windowOf } from "./_time.ts";
import { describeThrottled, has, throttledReadings } from "./_throttled.ts";
import type { RuleView, StructuralRule } from "./types.ts";

/** Slowed down or at the soft limit while the voltage was never low: that is heat. */
function evaluate(view: RuleView): FindingDraft[] {
  const readings = throttledReadings(view).filter(({ bits }) => {
    const low = has(bits, 0) || has(bits, 16);
    return has(bits, 3) || has(bits, 19) || (!low && (has(bits, 2) || has(bits, 18)));
  });
  const lines = view.matches("temperature-line");
  if (readings.length === 0 && lines.length === 0) return [];
  const now = readings.some(({ bits }) => has(bits, 3) || has(bits, 2));
  const critical = lines.some(({ captures }) => captures["critical"] !== undefined);
  const said = [
    ...readings.map((reading) => describeThrottled(reading)),
    ...lines.map(({ captures }) => captures["what"] ?? ""),
  ];
  const evidence = [...lines.map((match) => match.first()), ...readings.map((reading) => reading.evidence)];
  return [
    {
      subject: "",
      title: critical
        ? "The processor reached its critical temperature"
        : "The processor was too hot and slowed itself down",
      summary: `The processor was too hot: ${[...new Set(said)].slice(0, 4).join("; ")}.`,
      confidence: critical || readings.length > 0 ? "certain" : "likely",
      severity: critical ? "critical" : now ? "major" : "minor",
      window: windowOf(evidence.map(({ at }) => at)),
      active: now ? true : null,
      count: readings.length + lines.reduce((sum, match) => sum + match.count, 0),
      evidence: evidence.slice(0, 8),
      entities: [],
    },
  ];
}

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "overheating",
  title: "The processor was too hot",
  passTitle: "The processor was not too hot, as far as the kernel and the firmware tell",
  why: "A processor that is too hot runs slower, so that etcd, the kubelet and the API server miss their deadlines; at the critical temperature the board switches off at once.",
  layer: "power",
  role: "cause",
  cause: "overheating",
  severity: "major",
  confidence: "certain",
  explains: ["cause:power-loss", "cause:etcd-slow-disk", "rcu-stall"],
  remedy: [
    {
      text: "See how hot it is now, and how hot it gets under load.",
      command: "vcgencmd measure_temp; vcgencmd get_throttled; cat /sys/class/thermal/thermal_zone*/temp",
      risk: "safe",
    },
    {
      text: "Take out any overclocking, open the case, and add a heat sink or a fan.",
      command: "grep -nE 'arm_freq|over_voltage|force_turbo' /boot/config.txt /boot/firmware/config.txt",
      risk: "safe",
    },
  ],
  references: ["https://www.raspberrypi.com/documentation/computers/os.html#get_throttled"],
  needs: ["kernel-log"],
  evaluate,
  cases: {
    fires: [
      { "vcgencmd.txt": "throttled=0xe0008\n" },
      {
        "dmesg.txt": "[  800.101112] thermal thermal_zone0: cpu-thermal: critical temperature reached, shutting down\n",
      },
    ],
    quiet: [{ "vcgencmd.txt": "throttled=0x50005\n" }, { "vcgencmd.txt": "throttled=0x0\ntemp=48.2'C\n" }],
  },
};

export default rule;
