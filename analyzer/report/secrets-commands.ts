/** Passwords among the words of a command line, as sudo, the shell and process lists write them down. */
import type { SecretKind } from "./secret-kind.ts";
import { isSecretValue } from "./secret-words.ts";

/** An option of a command, with the word after it: in quotes, or up to the next space. */
function optionOf(command: string, option: string, between: string, group = "value"): RegExp {
  return new RegExp(
    `\\b(?:${command})\\b[^|;&\\n]{0,300}?\\s${option}${between}["']?(?<${group}>[^\\s"']{2,200})`,
    "g",
  );
}

/** Words that go on with a sentence about an option. */
const OPTION_PROSE =
  /^(?:flags?|options?|arguments?|values?|must|should|shall|will|would|can|may|or|and|with|to|by|if|when|but|as|at|via|stdin|needs?|requires?|instead|file|given|set|used|use|specified|provided|supplied|exists|have|had|were|are|be|been|that|this|which|,.*)$/i;

const LOGIN =
  /\b(?:docker|podman|nerdctl|buildah|helm|crane|skopeo|oras|ctr|az|sshpass|mongo\w{0,20}|pihole|vncpasswd)\b/;
const isLogin = (text: string): boolean => LOGIN.test(text);

export const commandSecrets: readonly SecretKind[] = [
  {
    kind: "password",
    hints: ["--"],
    pattern:
      /--[a-z-]{0,40}(?:password|passwd|passphrase|secret|token|psk)(?:[ ]{1,3}|\\{0,3}["'],\s{0,4})\\{0,3}["']?(?<value>[^\s"'\\-][^\s"'\\]{2,400})/gi,
    accept: (value) => isSecretValue(value) && !OPTION_PROSE.test(value),
    masks: [
      ["k3s agent --server https://10.0.0.1:6443 --token s3cretjoin", "s3cretjoin"],
      ['"Args": ["--password", "hunter2"]', "hunter2"],
      ["mysqldump --password kanarienvogel app", "kanarienvogel"],
    ],
    keeps: ["the flag --token is deprecated", "--token must be set", "--token-ttl 24h"],
  },
  {
    kind: "password",
    hints: ["-u", "--user"],
    pattern: /(?:\s-u|--user)[ =]?["']?[\w.@-]{1,64}:(?<value>[^\s"'/]{3,200})/g,
    accept: (value, { input }) => /\b(?:curl|wget|http|skopeo|crane)\b/.test(input) && isSecretValue(value),
    masks: [["curl -u admin:s3cr3t! http://10.0.0.1/", "s3cr3t!"]],
    keeps: ["docker run -u 1000:1000 busybox", "curl -u admin http://10.0.0.1"],
  },
  {
    kind: "password",
    hints: ["-p"],
    pattern: optionOf("(?:mysql|mariadb)\\w{0,20}|7z\\w?|rar|unrar", "-p", ""),
    accept: (value) => !value.startsWith("-"),
    masks: [["mysqldump -u root -pkanarie --all-databases", "kanarie"]],
    keeps: ["mysql -p -u root", "mysql -P 3306 db"],
  },
  {
    kind: "password",
    hints: ["-p"],
    pattern: optionOf("sshpass|mongo\\w{0,20}|login|pihole|vncpasswd", "-p", "[ =]{0,2}"),
    accept: (value, { input }) => isLogin(input) && !value.startsWith("-"),
    masks: [
      ["sshpass -p kanarie ssh pi@k1", "kanarie"],
      ["docker login -u bob -p kanarie registry.example", "kanarie"],
    ],
    keeps: ["login -p root", "docker login --password-stdin -u bob"],
  },
  {
    kind: "password",
    hints: [
      "redis-cli",
      "mosquitto_",
      "ldap",
      "ipmitool",
      "unzip",
      "zip",
      "ssh-keygen",
      "htpasswd",
      "smbclient",
      "snmp",
    ],
    pattern: new RegExp(
      [
        optionOf("redis-cli", "-a", " ", "value"),
        optionOf("mosquitto_(?:pub|sub|rr)|ipmitool|(?:un)?zip|ssh-keygen", "-[PN]", " ", "single"),
        optionOf("ldap[a-z]{2,12}", "-w", " ?", "bare"),
        optionOf("snmp\\w{2,12}", "-[cAX]", " ?", "escaped"),
      ]
        .map(({ source }) => source)
        .join("|"),
      "g",
    ),
    accept: (value) => !value.startsWith("-"),
    masks: [
      ["redis-cli -h 10.0.0.1 -a kanarie ping", "kanarie"],
      ["mosquitto_pub -t a -u pi -P kanarie -m b", "kanarie"],
      ["ldapsearch -x -w kanarie -b dc=a", "kanarie"],
    ],
    keeps: ["redis-cli -h 10.0.0.1 ping", "ldapsearch -x -W"],
  },
  {
    kind: "password",
    hints: ["htpasswd"],
    pattern:
      /\bhtpasswd(?:(?: -\w{1,8}){0,3} -\w{0,8}n\w{0,8}(?: -\w{1,8}){0,3}|(?: -\w{1,8}){1,4} \S{1,200}) [\w.@-]{1,100} ["']?(?<value>[^\s"']{2,200})/g,
    masks: [
      ["htpasswd -nb bob kanarie", "kanarie"],
      ["htpasswd -bc /etc/nginx/.htpasswd bob kanarie", "kanarie"],
    ],
    keeps: ["htpasswd -c /etc/nginx/.htpasswd bob"],
  },
  {
    kind: "password",
    hints: ["pass:"],
    pattern: /(?:^|[\s"'])pass:(?<value>[^\s"']{2,200})/g,
    accept: (value) => isSecretValue(value),
    masks: [["openssl enc -aes-256-cbc -pass pass:kanarie -in a", "kanarie"]],
    keeps: ["pass: 12 of 12"],
  },
  {
    kind: "password",
    hints: ["openssl"],
    pattern: optionOf("openssl", "-(?:k|K|passin|passout)", " "),
    accept: (value) => !/^(?:-|pass:|file:|env:|stdin|fd:)/.test(value),
    masks: [["openssl enc -aes-256-cbc -k kanarie -in a", "kanarie"]],
    keeps: ["openssl rsa -passin env:PW -in a"],
  },
  {
    kind: "password",
    hints: ["nmcli", "vault", "reset-admin-password", "setpassword", "obscure"],
    pattern:
      /\b(?:nmcli\b[^\n]{0,300}?\b(?:password|wifi-sec\.psk|psk)|vault login|reset-admin-password|pihole (?:-a -p|setpassword)|rclone obscure) (?:"(?<value>[^"]{1,200})"|'(?<single>[^']{1,200})'|(?<bare>[^\s"'-][^\s"']{1,200}))/g,
    masks: [
      ["nmcli dev wifi connect Home password kanarienvogel", "kanarienvogel"],
      ['nmcli dev wifi connect Home password "our home network"', "our home network"],
    ],
    keeps: ["nmcli dev wifi list"],
  },
  {
    kind: "wifi-key",
    hints: ["wpa_passphrase"],
    pattern:
      /\bwpa_passphrase (?:"[^"]{1,64}"|'[^']{1,64}'|[^\s=]{1,64}) (?:"(?<value>[^"]{8,63})"|'(?<single>[^']{8,63})'|(?<bare>[^\s"']{8,63}))/g,
    masks: [["wpa_passphrase Home kanarienvogel", "kanarienvogel"]],
    keeps: ["wpa_passphrase Home", "hostapd: wpa_passphrase too short"],
  },
  {
    kind: "password",
    hints: ["| sudo", "|sudo", "chpasswd", "passwd", "--password-stdin", "cryptsetup"],
    pattern:
      /\b(?:echo|printf)(?: -\w{1,4})? ["']?(?:[\w.-]{1,32}:)?(?<value>[^\s|"']{2,200})["']?\s{0,3}\|[^|;\n]{0,60}?(?:sudo -S|chpasswd|\bpasswd|--password-stdin|cryptsetup)/g,
    accept: (value) => isSecretValue(value),
    masks: [
      ["echo kanarie | sudo -S reboot", "kanarie"],
      ["echo pi:kanarie | chpasswd", "kanarie"],
      ["echo kanarie | docker login -u bob --password-stdin", "kanarie"],
    ],
    keeps: ["echo $PASSWORD | sudo -S reboot", "echo done | tee a"],
  },
  {
    kind: "password",
    hints: ["--from-literal"],
    pattern:
      /--from-literal[= ]["']?[\w.-]{1,100}=(?:"(?<value>[^"]{1,400})"|'(?<single>[^']{1,400})'|(?<bare>[^\s"']{1,400}))/g,
    masks: [["kubectl create secret generic a --from-literal=user=kanarie", "kanarie"]],
    keeps: [
      "kubectl create secret generic a --from-literal=user=$USER_NAME",
      "kubectl create secret generic a --from-file=a",
    ],
    accept: (value) => !/^[$‹]/.test(value),
  },
  {
    kind: "password",
    hints: ["user=", "-u "],
    pattern:
      /(?:smbclient|mount\S{0,10}|net|rpcclient)\b[^|;\n]{0,300}?\s(?:-U|--user) ?["']?[\w.\\-]{1,64}%(?<value>[^\s"']{2,200})/g,
    masks: [["smbclient //nas/a -U bob%kanarie", "kanarie"]],
    keeps: ["smbclient //nas/a -U bob"],
  },
];
