/**
 * The shells that collect.sh must work under, and the one loop that runs each case for each of them. A shell brings its
 * environment: busybox has a root directory of its own in which no other program can be found.
 */
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { beforeEach, describe, test, type RunnerTestCase, type RunnerTestSuite, type TestContext } from "vitest";
import { collector, temporary } from "./lab.ts";
import { LEFT_TO_OTHERS } from "./table.ts";

export interface Shell {
  name: string;
  /** Starts the shell; the script and its options come behind it. */
  argv: string[];
  /** Starts it where busybox is the only program, without the applets named `hidden`. */
  alone: (hidden?: string[]) => string[];
}

/** Of a case that runs the collector: it takes three seconds, and a minute on a machine that has too much to do. */
export const PATIENCE = 600_000;

export const isRoot = process.getuid?.() === 0;
if (!isRoot && process.env["CI"]) throw new Error("the collector tests need root in CI");

/** Is a command there? In CI a missing one is a failure, elsewhere the test is skipped with its name. */
export function has(...commands: string[]): boolean {
  const missing = commands.filter((command) => place(command) === "");
  if (missing.length > 0 && process.env["CI"]) throw new Error(`not installed: ${missing.join(", ")}`);
  return missing.length === 0;
}

/** The path of a command, "" where there is none. */
export const place = (command: string): string =>
  spawnSync("sh", ["-c", `command -v ${command}`], { encoding: "utf8" }).stdout.trim();

/** Runs a program of a root directory; what is mounted on the machine's own directories is seen there too. */
const JAIL = String.raw`
jail=$1
shift
for place in /proc /sys /dev /run /tmp /mnt; do mount --rbind $place "$jail$place"; done
exec chroot "$jail" "$@"
`;

const jails = new Map<string, string[]>();

function jailed(command: string[], hidden: string[]): string[] {
  const key = [...command, "-", ...hidden].join(" ");
  const known = jails.get(key);
  if (known) return known;
  // Not in /tmp, which some cases fill or hide.
  const jail = mkdtempSync("/var/tmp/collector-jail-");
  chmodSync(jail, 0o755);
  process.on("exit", () => rmSync(jail, { recursive: true, force: true }));
  for (const directory of ["bin", "proc", "sys", "dev", "run", "tmp", "mnt"]) mkdirSync(join(jail, directory));
  const busybox = readFileSync(place("busybox"));
  for (const applet of hidden) rename(busybox, applet);
  writeFileSync(join(jail, "bin/busybox"), busybox, { mode: 0o755 });
  for (const applet of spawnSync("busybox", ["--list"], { encoding: "utf8" }).stdout.trim().split("\n"))
    if (applet !== "busybox" && !hidden.includes(applet)) symlinkSync("busybox", join(jail, "bin", applet));
  if (command[0] !== "busybox") copyWithLibraries(place(command[0]!), jail);
  // At the place where the tests call it.
  mkdirSync(join(jail, dirname(collector)), { recursive: true });
  copyFileSync(collector, join(jail, collector));
  const start = command[0] === "busybox" ? ["/bin/sh"] : [`/bin/${command[0]}`, ...command.slice(1)];
  const argv = ["unshare", "--mount", "--propagation", "private", "sh", "-c", JAIL, "jail", jail, ...start];
  jails.set(key, argv);
  return argv;
}

/** busybox prefers its applets to any program; a name that it does not know any more is not one of them. */
function rename(busybox: Buffer, applet: string): void {
  const table = busybox.indexOf("[\0[[\0");
  const at = busybox.indexOf(`\0${applet}\0`, table);
  if (table < 0 || at < 0) throw new Error(`busybox has no ${applet}`);
  // The table stays in order: none of the names in use has a neighbour that close.
  busybox[at + applet.length]!--;
}

function copyWithLibraries(program: string, jail: string): void {
  const libraries = spawnSync("ldd", [program], { encoding: "utf8" }).stdout.match(/\/\S+(?= \()/g) ?? [];
  for (const library of libraries) {
    mkdirSync(join(jail, dirname(library)), { recursive: true });
    copyFileSync(library, join(jail, library));
  }
  rmSync(join(jail, "bin", basename(program)), { force: true });
  copyFileSync(program, join(jail, "bin", basename(program)));
}

const commands: Record<string, string[]> = {
  dash: ["dash"],
  "busybox ash": ["busybox", "sh"],
  "bash --posix": ["bash", "--posix"],
  mksh: ["mksh"],
  yash: ["yash"],
  posh: ["posh"],
};

/** The two that are called sh on most nodes; all in the slow configuration. */
const quick = ["dash", "busybox ash"];
const every = Object.keys(commands);
/** `EVERY_SHELL=others` leaves out the two of the quick suite. */
const names =
  process.env["EVERY_SHELL"] === "others"
    ? every.filter((name) => !quick.includes(name))
    : process.env["EVERY_SHELL"]
      ? every
      : quick;

/**
 * With `SHELL_TURNS=3` a shell runs every third case, each shell other ones: no case is left out, only most pairs of
 * the two, which would take CI longer than everything else.
 */
const turns = Number(process.env["SHELL_TURNS"] ?? 1);

function skipUnlessItsTurn(shell: number): void {
  beforeEach(({ task, skip }) => {
    let cases: RunnerTestSuite = task.suite!;
    while (cases.suite) cases = cases.suite;
    skip((testsOf(cases).indexOf(task) + shell) % turns !== 0, LEFT_TO_OTHERS);
  });
}

const testsOf = (suite: RunnerTestSuite): RunnerTestCase[] =>
  suite.tasks.flatMap((task) => (task.type === "suite" ? testsOf(task) : [task]));

/** Runs the cases for each shell. They are titled with its name, by which the table at the end counts them. */
export function underEachShell(cases: (shell: Shell) => void): void {
  for (const [index, name] of names.entries()) {
    const command = commands[name]!;
    if (!has(command[0]!)) {
      test.skip(`${name} is not installed`, () => {});
      continue;
    }
    const alone = (hidden: string[] = []): string[] => jailed(command, hidden);
    const argv = command[0] === "busybox" && isRoot && has("unshare") ? alone() : command;
    describe.concurrent(`under ${name}`, () => {
      skipUnlessItsTurn(index);
      cases({ name, argv, alone });
    });
  }
}

/** A case that needs root and some commands; skipped, saying so, where they are not there. */
export function labTest(
  name: string,
  commandsNeeded: string[],
  body: (context: TestContext) => Promise<void> | void,
  timeout = PATIENCE,
): void {
  if (isRoot && has(...commandsNeeded)) test(name, { timeout }, body);
  else test.skip(`${name} [needs root and ${commandsNeeded.join(", ")}]`, body);
}

/** A directory of commands that come before all others, also before the applets if these are hidden. */
export function stubs(programs: Record<string, string>): string {
  const directory = temporary("stubs");
  for (const [name, body] of Object.entries(programs))
    writeFileSync(join(directory, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 });
  return directory;
}

/** The environment in which the commands of `directory` are found first. */
export const withStubs = (directory: string): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${directory}:${process.env["PATH"]}`,
});

/** Starts `shell` where the commands `hidden` are no applets of it, so that stubs or nothing stand in for them. */
export const replacing = (shell: Shell, hidden: string[]): string[] =>
  shell.name === "busybox ash" ? shell.alone(hidden) : shell.argv;
