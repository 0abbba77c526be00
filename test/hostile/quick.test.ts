/** A few of the hostile corpus with every change; slow/corpus.test.ts runs all. */
import { allCases } from "./all-cases.ts";
import { checkCases } from "./check.ts";

const QUICK = new Set([
  "tar: path with ..",
  "tar: a link out of it, and a file below the link",
  "tar: times that are none",
  "gzip: damage in the stream",
  "journal: objects of size 0",
  "JSON: objects 100,000 deep",
  "manifest: everything of the wrong kind",
  "terminal: escapes in the name of the host, of a pod and of a container",
  "HTML: end of the script that holds the data",
  "handlebars: expression and partial",
  "CSV: formulas",
  "text: NUL bytes in runs",
]);

checkCases(
  "hostile bundles",
  Object.values(allCases())
    .flat()
    .filter(({ name }) => QUICK.has(name)),
);
