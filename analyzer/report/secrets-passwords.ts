/** Passwords, where a word in front of them or the form around them gives them away. */
import type { SecretKind } from "./secret-kind.ts";
import { isSecretInProse, isSecretValue } from "./secret-words.ts";

const KEYWORD =
  "(?:pass(?:word|wd|phrase|code)|pwd|psk|secret|token|api[_-]?key|access[_-]?key(?:[_-]?id)?|(?:secret|private|signing|encryption|account|master|session|pre-?shared|shared(?:[_-]?access)?)[_-]?key|auth[_-]?key|credentials?)";

/** How far before a value its `"data":{` may stand. */
const DATA_REACH = 20_000;
let lastText = "";
let lastIsSecret = false;

/** True within `"data":{…}` of a Secret of Kubernetes in JSON. */
function isDataOfSecret(text: string, at: number): boolean {
  if (text !== lastText) {
    lastText = text;
    lastIsSecret = /"kind"\s{0,4}:\s{0,4}"Secret"/.test(text);
  }
  if (!lastIsSecret) return false;
  const before = text.slice(Math.max(0, at - DATA_REACH), at);
  return /"(?:data|stringData)"\s{0,4}:\s{0,4}$/.test(before.slice(0, before.lastIndexOf("{")).slice(-40));
}

export const passwordSecrets: readonly SecretKind[] = [
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
      `${KEYWORD}(?:_?\\d{1,3})?["']?\\s{0,4}=\\s{0,4}(?:\\\\{0,3}"(?<value>[^"\\\\]{3,400})|'(?<single>[^']{3,400})'|(?<bare>[^\\s"',;&)\\]}\\\\]{3,400}))`,
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
      `${KEYWORD}(?:_?\\d{1,3})?\\\\{0,3}["']?\\s{0,2}:\\s{0,4}(?:\\\\{1,3}"(?<escaped>[^"\\\\]{3,400})|"(?<value>(?:[^"\\\\]|\\\\.){3,400})"|'(?<single>[^']{3,400})'|(?<bare>[^\\s"',;&)\\]}\\\\]{3,400}))(?<after>.?)`,
      "gi",
    ),
    accept(value, { groups }) {
      const quoted = groups?.["value"] ?? groups?.["escaped"];
      const whole = groups?.["after"] === "" || quoted !== undefined;
      const named = /^[a-z0-9]+(?:[-./][a-z0-9]+)+$/.test(value);
      return whole && !named && !/\s/.test(value) ? isSecretValue(value) : isSecretInProse(value);
    },
    masks: [
      ["  password: hunter2", "hunter2"],
      ['{"apiKey": "Zx81spectrum"}', "Zx81spectrum"],
      ['body "{\\"password\\":\\"hunter2\\"}"', "hunter2"],
      ['{"password": "two\\"quotes7"}', 'two\\"quotes7'],
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
    hints: ["pass", "token"],
    pattern:
      /\b(?:pass(?:word|phrase|code|wd)|token)(?:(?<said> is| was|:|=)| (?:for|of) [\w@.-]{1,64})?\s{1,3}(?:["'`“‘](?<value>[^"'`”’]{3,200})["'`”’]|(?<bare>[^\s"',;]{4,200}))/gi,
    accept: (value, { groups }) =>
      groups?.["value"] !== undefined && groups["said"] !== undefined ? isSecretValue(value) : isSecretInProse(value),
    masks: [
      ["login failed for bob with password Zx81spectrum", "Zx81spectrum"],
      ["the passphrase is 'three small words'", "three small words"],
    ],
    keeps: [
      "password authentication failed for user",
      "password for user root changed",
      "no password was given",
      "token default-token-x7k2p",
      "sudo cat /var/lib/rancher/k3s/server/token 2>/dev/null; ls",
    ],
  },
  {
    kind: "password",
    hints: [" key", " code", " token"],
    pattern:
      /\b(?:secret|private|signing|encryption|api|access|shared|master|pre-?shared|licen[cs]e|recovery|unlock|pairing) (?:key|code|token)(?: is| was)?\s{0,2}[:=]?\s{1,3}["'`]?(?<value>[^\s"'`,;]{6,400})/gi,
    accept: isSecretInProse,
    masks: [["encryption key: Zx81spectrum", "Zx81spectrum"]],
    keeps: ["failed to load private key: open /etc/ssl/a.key", "access token expired at 10:00"],
  },
  {
    kind: "password",
    hints: ["$"],
    pattern:
      /(?<![\w$])(?<value>\$(?:1|2[abxy]|5|6|7|y|gy|apr1|argon2(?:id|i|d)|scrypt|pbkdf2[\w-]{0,20})\$[./A-Za-z0-9$=,+-]{20,300})/g,
    masks: [
      [
        "pi:$6$rounds=5000$kanarie$0123456789abcdef0123456789abcdef:19000:0:99999:7:::",
        "$6$rounds=5000$kanarie$0123456789abcdef0123456789abcdef",
      ],
    ],
    keeps: ["awk '{print $1$2}'", "costs $1"],
  },
  {
    kind: "password",
    hints: ["@tcp(", "@udp(", "@unix("],
    pattern: /(?<![\w:/@.-])[\w.-]{1,64}:(?<value>[^\s:@/"'()‹›]{2,100})@(?:tcp|udp|unix)\(/g,
    evident: true,
    masks: [["dsn app:hunter2@tcp(10.0.0.3:3306)/db", "hunter2"]],
    keeps: ["dsn app@tcp(10.0.0.3:3306)/db", "dsn app:‹password:5›@tcp(10.0.0.3:3306)/db"],
  },
  {
    kind: "password",
    hints: ["value"],
    pattern:
      /name\\{0,3}"\s{0,4}:\s{0,4}\\{0,3}"[\w.-]{0,80}(?:PASS|PWD|SECRET|TOKEN|KEY|CREDENTIAL)[\w.-]{0,40}\\{0,3}"\s{0,4},\s{0,4}\\{0,3}"value\\{0,3}"\s{0,4}:\s{0,4}(?:\\{1,3}"(?<single>[^"\\]{1,400})|"(?<value>(?:[^"\\]|\\.){1,400}))/gi,
    accept: (value) => isSecretValue(value),
    masks: [
      ['{"name":"DB_PASSWORD","value":"hunter2"}', "hunter2"],
      ['{\\"name\\":\\"DB_PASSWORD\\",\\"value\\":\\"hunter2\\"}', "hunter2"],
    ],
    keeps: ['{"name":"KEY_FILE","value":"/etc/a.pem"}', '{"name":"HOME","value":"hunter2"}'],
  },
  {
    kind: "password",
    hints: ["secret"],
    pattern: /"[\w.-]{1,200}"\s{0,4}:\s{0,4}"(?<value>[A-Za-z0-9+/]{4,4000}={0,2})"/g,
    accept: (value, { input, index }) => value.length % 4 === 0 && isDataOfSecret(input, index),
    masks: [['{"apiVersion":"v1","data":{"plain":"a2FuYXJpZQ=="},"kind":"Secret"}', "a2FuYXJpZQ=="]],
    keeps: ['{"apiVersion":"v1","data":{"plain":"abcd"},"kind":"ConfigMap"} no secret'],
  },
];
