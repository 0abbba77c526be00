/** What leads to a person or to one machine: addresses and serial numbers. */
import type { SecretKind } from "./secret-kind.ts";
import { isMac, isMail, isPublicIpv4, isPublicIpv6 } from "./secret-addresses.ts";

const afterVersion = /(?:\bv|ver\.?|version|release|rev)[ :=]{0,3}["']?$/i;

const isHexWithBoth = (value: string): boolean => /\d/.test(value) && /[a-f]/i.test(value);

function isAddressInText(value: string, match: RegExpExecArray): boolean {
  return isPublicIpv4(value) && !afterVersion.test(match.input.slice(Math.max(0, match.index - 12), match.index));
}

export const personalSecrets: readonly SecretKind[] = [
  {
    kind: "e-mail",
    hints: ["@"],
    pattern:
      /(?<![\w.%+@/:-])(?<value>[A-Za-z0-9][\w.%+-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,5}\.[A-Za-z]{2,24})(?![\w@-])/g,
    accept: (value) => isMail(value),
    masks: [["contact: ana.perez@mail.example.org.", "ana.perez@mail.example.org"]],
    keeps: ["Started Getty on tty1: getty@tty1.service", "git@github.com:o/r.git", "pause@sha256:0123"],
  },
  {
    kind: "public-ip",
    hints: ["."],
    pattern: /(?<![\w.-])(?<value>\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?![\w-]|\.\d)/g,
    accept: isAddressInText,
    masks: [
      ["dial tcp 203.0.113.7:443: i/o timeout", "203.0.113.7"],
      ["from 198.51.100.20.", "198.51.100.20"],
    ],
    keeps: [
      "dial tcp 192.168.44.5:6443: connect",
      "lookup a on 8.8.8.8:53",
      "chrome version 126.0.6478.126",
      "4.19.118.1-v8",
    ],
  },
  {
    kind: "public-ip",
    hints: ["::", ":"],
    pattern: /(?<![\w:.])(?<value>[23][0-9a-f]{3}(?::[0-9a-f]{0,4}){2,7})(?![\w:])/gi,
    accept: (value) => isPublicIpv6(value),
    masks: [["listening on [2001:db8::17]:22", "2001:db8::17"]],
    keeps: ["[24/Nov/2026:05:24:28 +0000]", "fe80::1:2:3:4", "at 2026:05:24:28"],
  },
  {
    kind: "mac",
    hints: [":", "-"],
    pattern: /(?<![\w:-])(?<value>[0-9a-f]{2}(?:(?::[0-9a-f]{2}){5}|(?:-[0-9a-f]{2}){5}))(?![\w:-])/gi,
    accept: isMac,
    masks: [["eth0: link/ether b8:27:eb:12:34:56 brd ff:ff:ff:ff:ff:ff", "b8:27:eb:12:34:56"]],
    keeps: ["fingerprint 0a:1b:2c:3d:4e:5f:6a:7b", "link/ether 00:00:00:00:00:00"],
  },
  {
    kind: "serial",
    hints: ["serial", "machine id", "machine-id"],
    pattern:
      /\b(?:Serial(?: ?Number| No\.?)?|machine[ -]id)["']?(?:\\t|\s){0,20}[:=](?:\\t|\s){0,4}["']?(?<value>(?:0x)?[A-Za-z0-9_-]{5,64})(?![\w/])/gi,
    accept: (value) => /\d/.test(value),
    masks: [
      ["Serial\t\t: 10000000abcdef01", "10000000abcdef01"],
      ["usb 1-1: SerialNumber: 012345678ABC", "012345678ABC"],
      ["  Machine ID: 0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"],
    ],
    keeps: [
      "New USB device strings: Mfr=1, Product=2, SerialNumber=3",
      "Serial: 8250/16550 driver, 1 ports",
      "serial: initialised",
    ],
  },
  {
    kind: "e-mail",
    hints: ["mailto:", "%40"],
    pattern:
      /(?:mailto:(?<value>[\w.+-]{1,64}@[A-Za-z0-9.-]{1,200}\.[A-Za-z]{2,24})|(?<![\w.%+@/:-])(?<bare>[A-Za-z0-9][\w.+-]{0,63}%40[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,5}\.[A-Za-z]{2,24}))(?![\w@-])/g,
    accept: (value) => isMail(value.replace("%40", "@")),
    masks: [
      ["see mailto:ana.perez@mail.example.org", "ana.perez@mail.example.org"],
      ["GET /?user=ana.perez%40mail.example.org", "ana.perez%40mail.example.org"],
    ],
    keeps: ["see mailto:root"],
  },
  {
    kind: "public-ip",
    hints: ["ec2-", "ip-", ".in-addr.arpa"],
    pattern: /(?<![\w-])(?:ec2|ip)-(?<value>\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3})(?![\w-])/g,
    accept: (value) => isPublicIpv4(value.replaceAll("-", ".")),
    masks: [["lookup ec2-203-0-113-7.compute.amazonaws.com", "203-0-113-7"]],
    keeps: ["node ip-10-0-3-17.internal is not ready"],
  },
  {
    kind: "mac",
    hints: ["enx", "wlx", "wwx"],
    pattern: /(?<![\w.-])(?:en|wl|ww)x(?<value>[0-9a-f]{12})(?![\w.-])/gi,
    accept: isHexWithBoth,
    masks: [["r8152 1-1:1.0 enxb827eb123456: renamed from eth1", "b827eb123456"]],
    keeps: ["enxwhatever"],
  },
  {
    kind: "mac",
    hints: ["."],
    may: (text) => /\.[0-9a-f]{4}\./i.test(text),
    pattern: /(?<![\w.-])(?<value>[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4})(?![\w.-])/gi,
    accept: isHexWithBoth,
    masks: [["lldp neighbour b827.eb12.3456", "b827.eb12.3456"]],
    keeps: ["1234.5678.9012"],
  },
  {
    kind: "mac",
    hints: ["ff:fe"],
    pattern:
      /(?<=fe80:{1,2}(?:0{1,4}:){0,3})(?<value>[0-9a-f]{1,4}:[0-9a-f]{0,2}ff:fe[0-9a-f]{2}:[0-9a-f]{1,4})(?![\w:])/gi,
    masks: [["inet6 fe80::ba27:ebff:fe12:3456/64", "ba27:ebff:fe12:3456"]],
    keeps: ["inet6 fe80::1/64"],
  },
  {
    kind: "serial",
    hints: ["iserial", "_serial", "serialno", "serial_no", "wwn", "wwid"],
    pattern:
      /(?:\biSerial\s{1,40}\d{1,3}\s|\b(?:\w{0,40}_)?SERIAL(?:_SHORT|_NO|NO|_NUMBER)?\s{0,3}[=:]\s{0,3}|\b(?:WWN|wwid)[ =:]{1,3}|\bLU WWN Device Id: )["']?(?<value>[A-Za-z0-9][\w:. -]{3,62}[\w])/gi,
    accept: (value) => /\d/.test(value) && !/^[\d.]{1,4}$/.test(value),
    masks: [
      ["  iSerial                 3 0123456789AB", "0123456789AB"],
      ["E: ID_SERIAL_SHORT=0x3a1b2c4d", "0x3a1b2c4d"],
      ["LU WWN Device Id: 5 002538 e40a1b2c3", "5 002538 e40a1b2c3"],
    ],
    keeps: ["  iSerial                 0", "CONFIG_SERIAL_8250=y"],
  },
];
