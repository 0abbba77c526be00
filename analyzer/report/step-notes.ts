/** What has to be put into a command before it is typed. */

interface Step {
  text: string;
  command?: string | null | undefined;
}

/** `<partition>`, `<pod id>`: neither a redirection nor a tag. */
const BLANK = /<[a-z][a-z -]{0,40}>/g;
const DISK = /disk|card|partition/;
const OTHER_DISK = "/media/usb";

function blanksNote(blanks: string[], text: string): string {
  const [words, names] =
    blanks.length > 1
      ? [`${blanks.slice(0, -1).join(", ")} and ${blanks.at(-1)}`, "their real names"]
      : [blanks[0], "its real name"];
  const hint = blanks.some((blank) => DISK.test(blank)) && !text.includes("lsblk") ? " (lsblk lists disks)" : "";
  return `Replace ${words}, brackets and all, by ${names}${hint}.`;
}

/** Steps that say, where a command first leaves something open, what to put there. */
export function withNotes<T extends Step>(steps: T[]): T[] {
  const told = new Set<string>();
  const isNew = (word: string): boolean => !told.has(word) && told.add(word).size > 0;
  return steps.map((step) => {
    const command = step.command ?? "";
    const blanks = [...new Set(command.match(BLANK))].filter(isNew);
    const copies = command.includes(OTHER_DISK) && isNew(OTHER_DISK);
    const notes = [
      ...(blanks.length > 0 ? [blanksNote(blanks, step.text)] : []),
      ...(copies ? [`${OTHER_DISK} stands for the place where you have mounted another disk.`] : []),
    ];
    return notes.length > 0 ? { ...step, text: [step.text, ...notes].join(" ") } : step;
  });
}
