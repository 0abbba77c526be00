import { expect, test } from "vitest";
import { withNotes } from "../../analyzer/report/step-notes.ts";

const noted = (...steps: [text: string, command?: string][]): string[] =>
  withNotes(steps.map(([text, command]) => ({ text, command }))).map(({ text }) => text);

test("what a command leaves open is told where it first comes, and only there", () => {
  expect(
    noted(
      ["Copy the card.", "sudo dd if=/dev/<card> of=/media/usb/card.img"],
      ["Check it.", "sudo e2fsck -f /dev/<card partition>; tar -czf /media/usb/<card>.tar.gz etc"],
      ["Start the pod.", "kubectl delete pod <pod> -n <name space>"],
    ),
  ).toEqual([
    "Copy the card. Replace <card>, brackets and all, by its real name (lsblk lists disks). /media/usb stands for the place where you have mounted another disk.",
    "Check it. Replace <card partition>, brackets and all, by its real name (lsblk lists disks).",
    "Start the pod. Replace <pod> and <name space>, brackets and all, by their real names.",
  ]);
});

test("redirections and here-documents leave nothing open", () => {
  expect(noted(["Look.", "dumpe2fs -h /dev/sda1 2>&1 >/dev/null | head <in.txt >out.txt"], ["Wait."])).toEqual([
    "Look.",
    "Wait.",
  ]);
});
