// Put in front of the command line: whoever opens a socket or asks for an address ends the process with 99. At the end
// it tells on descriptor 3 what the process took.
const { readFileSync, writeSync } = require("node:fs");
const { isMainThread } = require("node:worker_threads");

function refuse(what) {
  return () => {
    process.stderr.write(`network: ${what}\n`);
    process.exit(99);
  };
}
const net = require("node:net");
const dns = require("node:dns");
const dgram = require("node:dgram");
net.Socket.prototype.connect = refuse("connect");
net.Server.prototype.listen = refuse("listen");
dns.lookup = refuse("lookup");
dns.resolve = refuse("resolve");
dgram.Socket.prototype.send = refuse("send");
globalThis.fetch = refuse("fetch");

/** The most memory since the program began; what resourceUsage says begins with that of the program that started this one. */
function mostMegabytes() {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync("/proc/self/status", "latin1"))[1]) / 1024;
  } catch {
    return process.resourceUsage().maxRSS / 1024;
  }
}

if (isMainThread)
  process.on("exit", () => {
    const { userCPUTime, systemCPUTime } = process.resourceUsage();
    try {
      writeSync(3, JSON.stringify({ seconds: (userCPUTime + systemCPUTime) / 1e6, megabytes: mostMegabytes() }));
    } catch {
      // Nobody listens.
    }
  });
