/** Prints, when all tests have ended, how many of the collector's cases passed under which shell, and the hard ones. */
import type { Reporter, TestCase, TestModule } from "vitest/node";

const SHELL = /(?:^| > )under ([^>]+?) > /;
const HARD = /hard cases? ([\d, and]+) \((real|stub)/;
const HARD_CASES = 20;

/** Why a case is skipped under a shell that does not run all of them. */
export const LEFT_TO_OTHERS = "other shells run it, in turns";

/** Vitest reporter: a table of shells and files; more than one count in a column makes the run fail. */
export default class ShellTable implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const tests = modules
      .filter((module) => module.moduleId.includes("/test/collector/"))
      .flatMap((module) => [...module.children.allTests()]);
    if (tests.some((test) => SHELL.test(test.fullName))) print(tests);
  }
}

const file = (test: TestCase): string => test.module.moduleId.replace(/^.*\//, "").replace(".test.ts", "");

function print(tests: TestCase[]): void {
  const files = [...new Set(tests.filter((test) => SHELL.test(test.fullName)).map(file))].sort();
  const shells = [...new Set(tests.map((test) => SHELL.exec(test.fullName)?.[1]).filter((name) => name !== undefined))];
  const row = (cells: (string | number)[]): string =>
    cells.map((cell, i) => (i === 0 ? String(cell).padEnd(14) : String(cell).padStart(10))).join("");
  console.log(row(["cases passed", ...files, "all"]));
  for (const shell of shells) {
    const passed = tests.filter((test) => SHELL.exec(test.fullName)?.[1] === shell && test.result().state === "passed");
    const counts = files.map((name) => passed.filter((test) => file(test) === name).length);
    console.log(row([shell, ...counts, passed.length]));
  }
  const left = tests.filter(isLeftToOthers).length;
  if (left > 0)
    console.log(`${left} cases left to other shells: in CI they take turns, npm run test:slow runs all under all`);
  if (files.some((name) => isUneven(tests.filter((test) => file(test) === name)))) {
    console.error("the shells did not pass the same cases");
    process.exitCode = 1;
  }
  printHardCases(tests);
}

/** Whether one of the shells under which a file was run passed fewer of its cases than another. */
function isUneven(tests: TestCase[]): boolean {
  const held = new Map<string, number>();
  for (const test of tests) {
    const shell = SHELL.exec(test.fullName)?.[1];
    const holds = test.result().state === "passed" || isLeftToOthers(test);
    if (shell !== undefined) held.set(shell, (held.get(shell) ?? 0) + Number(holds));
  }
  return new Set(held.values()).size > 1;
}

/** Whether this shell did not run the case because others did. */
function isLeftToOthers(test: TestCase): boolean {
  const result = test.result();
  return result.state === "skipped" && result.note === LEFT_TO_OTHERS;
}

function printHardCases(tests: TestCase[]): void {
  for (let number = 1; number <= HARD_CASES; number++) {
    const found = tests.filter((test) => numbersOf(test).includes(number) && test.result().state === "passed");
    const mechanisms = [...new Set(found.map((test) => HARD.exec(test.fullName)![2]!))].sort();
    const shells = new Set(found.map((test) => SHELL.exec(test.fullName)?.[1]).filter((name) => name !== undefined));
    if (found.length > 0)
      console.log(`hard case ${number}: ${mechanisms.join(" and ")}, ${found.length} passed, ${shells.size} shells`);
  }
}

/** `5: …` within a group of several cases says which of them the test is. */
function numbersOf(test: TestCase): number[] {
  const numbers = (HARD.exec(test.fullName)?.[1]?.match(/\d+/g) ?? []).map(Number);
  const own = / > (\d+): /.exec(test.fullName)?.[1];
  return own !== undefined && numbers.includes(Number(own)) ? [Number(own)] : numbers;
}
