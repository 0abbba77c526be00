#!/usr/bin/env node
// Runs before anything else is loaded, on whatever Node there is: only syntax that Node 12 can read.
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error("coldcase needs Node.js 20.19 or newer, and this is " + process.versions.node + ".");
  console.error("hint: install a current Node.js (https://nodejs.org), then run the same command again");
  process.exitCode = 2;
} else {
  import("./main.ts").then((main) => main.run(process.argv));
}
