import { setFlagsFromString } from "node:v8";
import { Command, CommanderError } from "commander";
import { addAnalyzeCommand } from "./analyze-command.ts";
import { EXIT, explainError, plainLine } from "./errors.ts";
import { addOtherCommands } from "./other-commands.ts";
import { sweepTemporary } from "./leftovers.ts";
import { removePartial } from "./outputs.ts";
import { addVerifyCommand } from "./verify-command.ts";
import { toolVersion } from "./version.ts";

/** Runs the command line and sets the exit code; prints every error in its form. */
export async function run(argv: string[]): Promise<void> {
  // V8 would let the heap grow fourfold before it looks for what is dead: a hundred megabytes for a large bundle.
  setFlagsFromString("--heap-growing-percent=100");
  // Rows pass through a small space for young values as quickly as through one that has grown (measured): 25 MB less.
  setFlagsFromString("--max-semi-space-size=8");
  setFlagsFromString("--semi-space-growth-factor=1");
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      removePartial();
      process.exit(EXIT.interrupted);
    });
  }
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(EXIT.ok);
  });
  sweepTemporary();
  const program = new Command("coldcase")
    .description("post-mortem of a broken container node, offline")
    .version(toolVersion())
    .exitOverride()
    .configureOutput({ writeErr: (text) => process.stderr.write(plainLine(text)) });
  const finish = (exit: number): void => {
    process.exitCode = exit;
  };
  addAnalyzeCommand(program, finish);
  addVerifyCommand(program, finish);
  addOtherCommands(program, finish);
  try {
    await program.parseAsync(argv);
  } catch (error) {
    removePartial();
    process.exitCode = report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  const { lines, exit } = explainError(error);
  for (const line of lines) process.stderr.write(`${plainLine(line)}\n`);
  return exit;
}
