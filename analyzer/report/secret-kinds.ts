/**
 * What is masked before anything leaves: one entry per form of secret, with the lines that prove it. In each pattern the
 * group `value` is what goes; what stands around it stays, so that a reader still sees that a password was there.
 * Patterns have no nested or adjoining open repeats: their time grows with the length of the text.
 */
import { isMac, isMail, isPublicIpv4, isPublicIpv6 } from "./secret-addresses.ts";
import { isPemBody, isSecretInProse, isSecretValue, looksRandom } from "./secret-words.ts";

export interface SecretKind {
  /** Name inside of the token: `‹token:3›`. Several entries may share one. */
  kind: string;
  /** Lower-case texts, one of which must occur before the pattern is tried. */
  hints: readonly string[];
  pattern: RegExp;
  accept?: (value: string, match: RegExpExecArray) => boolean;
  /** Known by itself wherever it stands: looked for once more in everything that is about to leave. */
  evident?: boolean;
  /** Lines, and what of them is masked. */
  masks: readonly (readonly [line: string, value: string])[];
  keeps: readonly string[];
}

const afterVersion = /(?:\bv|ver\.?|version|release|rev)[ :=]{0,3}["']?$/i;

function isAddressInText(value: string, match: RegExpExecArray): boolean {
  return isPublicIpv4(value) && !afterVersion.test(match.input.slice(Math.max(0, match.index - 12), match.index));
}

const KEYWORD =
  "(?:pass(?:word|wd|phrase)|pwd|psk|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|(?:secret|private|signing|encryption)[_-]?key|credentials?)";

export const secretKinds: readonly SecretKind[] = [
  {
    kind: "private-key",
    hints: ["private key"],
    pattern:
      /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----(?<value>(?:\\n|\s){0,8}[A-Za-z0-9+/][^<"]{15,20000}?)(?=\s{0,4}-----END|["<]|$)/g,
    evident: true,
    masks: [
      [
        "key: -----BEGIN RSA PRIVATE KEY-----\\nMIIEow8ZtIBAAKCAQEA\\n-----END RSA PRIVATE KEY-----",
        "\\nMIIEow8ZtIBAAKCAQEA\\n",
      ],
    ],
    keeps: ["-----BEGIN CERTIFICATE-----", "failed to read -----BEGIN PRIVATE KEY-----"],
  },
  {
    kind: "private-key",
    hints: [],
    // A whole line of any width, or the widths that openssl and ssh-keygen write, within a line.
    pattern:
      /^\s{0,40}(?<value>[A-Za-z0-9+/]{40,76}={0,2})\s{0,4}$|(?<![A-Za-z0-9+/=])(?<bare>[A-Za-z0-9+][A-Za-z0-9+/]{63}(?:[A-Za-z0-9+/]{6})?)(?![A-Za-z0-9+/=])/g,
    accept: isPemBody,
    masks: [
      [
        "MIIEowIBAAKCAQEA7Zq1x0y9Kp3LrT5vWn8sD2fGhJkLzXcVbNmQwErTyUiOpAsD",
        "MIIEowIBAAKCAQEA7Zq1x0y9Kp3LrT5vWn8sD2fGhJkLzXcVbNmQwErTyUiOpAsD",
      ],
    ],
    keeps: ["74217d05e7d3f5c6a1b2c3d4e5f60718293a4b5c6d7e8f901a2b3c4d5e6f7081", "/var/lib/docker/overlay2"],
  },
  {
    kind: "private-key",
    hints: ["ls0tls1crudjti"],
    pattern: /(?<value>LS0tLS1CRUdJTi[A-Za-z0-9+/]{20,20000}={0,2})/g,
    evident: true,
    masks: [
      ["client-key-data: LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ==", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQ=="],
    ],
    keeps: ["client-key-data: <nil>"],
  },
  {
    kind: "token",
    hints: ["eyj"],
    pattern: /(?<![\w-])(?<value>eyJ[\w-]{8,2000}\.[\w-]{8,4000}\.[\w-]{0,1000})/g,
    evident: true,
    masks: [
      [
        "jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwaSJ9.c2lnbmF0dXJl end",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJwaSJ9.c2lnbmF0dXJl",
      ],
    ],
    keeps: ["eyJ is how such a token begins"],
  },
  {
    kind: "token",
    hints: ["bearer", "basic "],
    pattern: /\b(?:Bearer|Basic)[ =:]{1,3}["']?(?<value>[\w+/.~=-]{8,4000})/gi,
    accept: (value) => looksRandom(value),
    masks: [
      ["Authorization: Bearer 3hs8Sk20dkAAm2", "3hs8Sk20dkAAm2"],
      ["Authorization: Basic cGk6cmFzcGJlcnJ5", "cGk6cmFzcGJlcnJ5"],
    ],
    keeps: ["no valid bearer token: authentication", "basic authentication is off"],
  },
  {
    kind: "token",
    hints: [
      "gh",
      "github_pat_",
      "glpat-",
      "xox",
      "akia",
      "asia",
      "aiza",
      "npm_",
      "dckr_",
      "sk_live",
      "sk-",
      "hf_",
      "ya29.",
    ],
    pattern:
      /(?<![A-Za-z0-9])(?<value>gh[pousr]_[A-Za-z0-9]{30,255}|github_pat_\w{40,255}|glpat-[\w-]{20,64}|xox[abeoprs]-[A-Za-z0-9-]{10,250}|(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])|AIza[\w-]{35}|npm_[A-Za-z0-9]{36}|dckr_(?:pat|oat)_[\w-]{20,64}|sk_live_[A-Za-z0-9]{20,99}|sk-[A-Za-z0-9_-]{32,200}|hf_[A-Za-z0-9]{30,64}|ya29\.[\w-]{20,500})/g,
    evident: true,
    masks: [
      ["git clone failed for ghp_0123456789abcdefghijklmnopqrstuvwxyzAB", "ghp_0123456789abcdefghijklmnopqrstuvwxyzAB"],
      ["aws AKIAIOSFODNN7EXAMPLE denied", "AKIAIOSFODNN7EXAMPLE"],
      ["slack xoxb-123456789012-abcdefGHIJ", "xoxb-123456789012-abcdefGHIJ"],
    ],
    keeps: ["task-0123456789abcdefghijklmnopqrstuvwxyz", "ghp_short"],
  },
  {
    kind: "token",
    hints: ["k10"],
    pattern: /(?<![A-Za-z0-9])(?<value>K10[0-9a-f]{40,128}::[a-z-]{1,40}:[\w.-]{8,200})/g,
    evident: true,
    masks: [
      [
        "joining with K1083ab29f0c83ab29f0c83ab29f0c83ab29f0c83ab29f0c83ab29f0c::server:2f9d8c7b6a5e",
        "K1083ab29f0c83ab29f0c83ab29f0c83ab29f0c83ab29f0c83ab29f0c::server:2f9d8c7b6a5e",
      ],
    ],
    keeps: ["image K10 of kasten"],
  },
  {
    kind: "token",
    hints: ["."],
    pattern: /(?<![\w.-])(?<value>[a-z0-9]{6}\.[a-z0-9]{16})(?![\w.-])/g,
    accept: (value) => /\d/.test(value.slice(0, 6) + value.slice(-16)) && /\d[a-z]|[a-z]\d/.test(value.slice(7)),
    masks: [["kubeadm join 10.0.0.1:6443 --token abc1de.0123456789abcdef", "abc1de.0123456789abcdef"]],
    keeps: ["docker.containerservice", "123456.1234567890123456"],
  },
  {
    kind: "password",
    hints: ["://"],
    pattern: /:\/\/(?:[^\s/@:"'<>]{0,100}):(?<value>[^\s/@"'<>]{1,200})@/g,
    accept: (value) => !/^[‹*]/.test(value),
    evident: true,
    masks: [["dial https://pi:hunter2@registry.example/v2/", "hunter2"]],
    keeps: ["dial https://pi@registry.example/v2/", "http://10.0.0.1:5000/v2/a@sha256:12"],
  },
  {
    kind: "password",
    hints: ["-u ", "--user "],
    pattern: /(?:\s-u|--user)[ =]["']?[\w.@-]{1,64}:(?<value>[^\s"'/]{3,200})/g,
    accept: (value, { input }) => /\b(?:curl|wget|http|skopeo|crane)\b/.test(input) && isSecretValue(value),
    masks: [["curl -u admin:s3cr3t! http://10.0.0.1/", "s3cr3t!"]],
    keeps: ["docker run -u 1000:1000 busybox", "curl -u admin http://10.0.0.1"],
  },
  {
    kind: "registry-auth",
    hints: ["auth"],
    pattern: /["'](?:auth|identitytoken|registrytoken)["']\s{0,4}:\s{0,4}["'](?<value>[A-Za-z0-9+/=_.-]{4,4000})["']/gi,
    masks: [['{"auths":{"r.example":{"auth":"cGk6aHVudGVyMg=="}}}', "cGk6aHVudGVyMg=="]],
    keeps: ['{"auth":{}}'],
  },
  {
    kind: "wifi-key",
    hints: ["psk", "wpa_passphrase", "wep_key"],
    pattern:
      /\b(?:psk|wpa_passphrase|wep_key\d?|sae_password)["']?\s{0,3}[=:]\s{0,3}(?:"(?<value>[^"]{4,128})"|(?<bare>[^\s",;]{8,128}))/gi,
    accept: (value) => isSecretValue(value),
    masks: [
      ['  psk="our home network"', "our home network"],
      ["psk=0c0ffee00c0ffee00c0ffee00c0ffee0", "0c0ffee00c0ffee00c0ffee00c0ffee0"],
    ],
    keeps: ["wlan0: WPA-PSK negotiated", "key_mgmt=WPA-PSK"],
  },
  {
    kind: "password",
    hints: ["pass", "pwd", "psk", "secret", "token", "key", "credential"],
    pattern: new RegExp(
      `${KEYWORD}(?:_?\\d{1,3})?["']?\\s{0,4}=\\s{0,4}(?:\\\\?"(?<value>[^"\\\\]{3,400})|'(?<single>[^']{3,400})'|(?<bare>[^\\s"',;&)\\]}\\\\]{3,400}))`,
      "gi",
    ),
    accept: (value) => isSecretValue(value),
    masks: [
      ["MYSQL_ROOT_PASSWORD=hunter2", "hunter2"],
      ['level=error msg="login failed" password="two words 7"', "two words 7"],
      ["dockerd --registry-token=abcDEF123456 --debug", "abcDEF123456"],
    ],
    keeps: [
      "--tls-private-key-file=/var/lib/kubelet/pki/kubelet.key",
      "token=<nil>",
      "password=$DB_PASSWORD",
      "secret=true",
    ],
  },
  {
    kind: "password",
    hints: ["pass", "pwd", "secret", "token", "key", "credential"],
    pattern: new RegExp(
      `${KEYWORD}(?:_?\\d{1,3})?["']?:\\s{0,4}(?:"(?<value>[^"]{3,400})"|'(?<single>[^']{3,400})'|(?<bare>[^\\s"',;&)\\]}]{3,400}))(?<after>.?)`,
      "gi",
    ),
    accept(value, { groups }) {
      const whole = groups?.["after"] === "" || groups?.["value"] !== undefined;
      const named = /^[a-z0-9]+(?:[-./][a-z0-9]+)+$/.test(value);
      return whole && !named && !/\s/.test(value) ? isSecretValue(value) : isSecretInProse(value);
    },
    masks: [
      ["  password: hunter2", "hunter2"],
      ['{"apiKey": "Zx81spectrum"}', "Zx81spectrum"],
    ],
    keeps: [
      "unable to load bootstrap token: open /etc/x: no such file",
      'MountVolume.SetUp failed for volume "a" : secret "b" not found',
      "secret: default-token-x7k2p",
      "invalid bearer token: expired",
    ],
  },
  {
    kind: "password",
    hints: ["--"],
    pattern:
      /--[a-z-]{0,40}(?:password|passwd|passphrase|secret|token|psk)[ ]{1,3}["']?(?<value>[^\s"'-][^\s"']{2,400})/gi,
    accept: (value) => isSecretValue(value) && (looksRandom(value) || /\d/.test(value)),
    masks: [["k3s agent --server https://10.0.0.1:6443 --token s3cretjoin", "s3cretjoin"]],
    keeps: ["the flag --token is deprecated", "--token-ttl 24h"],
  },
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
    keeps: ["[24/Nov/2026:05:24:28 +0000]", "fe80::ba27:ebff:fe12:3456", "at 2026:05:24:28"],
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
];
