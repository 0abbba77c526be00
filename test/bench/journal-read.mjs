// Reads binary journals with the program's reader, to the last field of the last entry, and prints how many entries.
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { pathToFileURL } from "node:url";

const [reader, ...paths] = process.argv.slice(2);
const { default: source } = await import(pathToFileURL(reader).href);
let entries = 0;
const seen = new Map();
const sink = {
  event: () => entries++,
  fact: () => {},
  warning: (_line, message) => process.stderr.write(`${message}\n`),
};
for (const path of paths) {
  const descriptor = openSync(path, "r");
  const { size } = fstatSync(descriptor);
  const file = { path, size, read: (target, at) => readSync(descriptor, target, 0, target.length, at) };
  await source.read(file, sink, seen);
  closeSync(descriptor);
}
process.stdout.write(`${entries}\n`);
