/** Forty secrets as they stand in lines of logs and files: `secret` must not leave, whatever else of the line does. */
export interface Canary {
  name: string;
  line: string;
  secret: string;
}

const canary = (name: string, before: string, secret: string, after = ""): Canary => ({
  name,
  line: before + secret + after,
  secret,
});

export const canaries: readonly Canary[] = [
  canary("password in an environment variable", "Environment=MYSQL_ROOT_PASSWORD=", "Kanarie01x"),
  canary("password in a URL", "dial postgres://app:", "Kanarie02x", "@10.0.0.9:5432/app: refused"),
  canary("password with a user in a registry URL", "pull https://ci:", "Kan_arie-03", "@registry.example/v2/"),
  canary("password flag with =", "mysqld --password=", "Kanarie04x"),
  canary("password flag with a space", "k3s server --datastore-password ", "Kanarie05x"),
  canary("password in logfmt", 'level=error msg="login" password="', "Kanarie 06 x", '" user=a'),
  canary("password in YAML", "  password: ", "Kanarie07x"),
  canary("password in JSON", '{"user":"a","password":"', "Kanarie08x", '"}'),
  canary("passphrase", "luks passphrase=", "Kanarie09x"),
  canary("curl with a user", "curl -u admin:", "Kanarie10x", " http://10.0.0.1/"),
  canary("bearer token", "Authorization: Bearer ", "K4n4rie11xTokenAbc"),
  canary("basic authorization", "Authorization: Basic ", "YWRtaW46S2FuYXJpZTEyeA=="),
  canary("JWT", "token ", "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJrYW5hcmllMTMifQ.S2FuYXJpZTEz", " rejected"),
  canary("kubeadm token", "kubeadm join 10.0.0.1:6443 --token ", "kana14.kanarie14kanarie", " --v=2"),
  canary("kubeadm token alone", "bootstrap id ", "kana15.0kanarie15kanari"),
  canary(
    "k3s server token",
    "joined with ",
    "K10aa16aa16aa16aa16aa16aa16aa16aa16aa16aa16aa16aa16::server:kanarie16kanarie",
  ),
  canary("k3s node token", "agent ", "K10aa17aa17aa17aa17aa17aa17aa17aa17aa17aa17aa17aa17::node:kanarie17kanarie"),
  canary("k3s token in the environment", "K3S_TOKEN=", "Kanarie18x"),
  canary("GitHub token", "remote: ", "ghp_kanarie19kanarie19kanarie19kanarie19", " bad"),
  canary("GitHub fine-grained token", "remote: ", "github_pat_kanarie20kanarie20kanarie20kanarie20kana"),
  canary("GitLab token", "fatal: ", "glpat-kanarie21kanarie21kan"),
  canary("AWS key id", "aws key ", "AKIAKANARIE22KANARIE"),
  canary("AWS secret key", "aws_secret_access_key = ", "kanarie23/kanarie23+kanarie23kanarie23kan"),
  canary("Slack token", "hook ", "xoxb-242424242424-kanarieKANARIE"),
  canary("Google API key", "maps ", "AIzaKanarie25Kanarie25Kanarie25Kanarie2"),
  canary("npm token", "//registry/:_authToken=", "npm_kanarie26kanarie26kanarie26kanarie26"),
  canary("Docker Hub token", "login ", "dckr_pat_kanarie27kanarie27kana"),
  canary("registry auth", '{"auths":{"r":{"auth":"', "a2FuYXJpZTI4OmthbmFyaWUyOA==", '"}}}'),
  canary("Wi-Fi key in quotes", '  psk="', "kanarie at home 29", '"'),
  canary("Wi-Fi key in hexadecimal", "  psk=", "ca0a30ca0a30ca0a30ca0a30ca0a30ca0a30ca0a30ca0a30ca0a30ca0a30ca0a"),
  canary(
    "private key in one line",
    "key -----BEGIN RSA PRIVATE KEY-----\\n",
    "MIIKanarie31Kanarie31Kanarie31",
    "\\n-----END RSA PRIVATE KEY-----",
  ),
  canary("private key in base64", "client-key-data: ", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVkKanarie32Kanarie32Ka"),
  canary("body line of a private key", "", "MIIEKanarie33Kanarie33Kanarie33Kanarie33Kanarie33Kanarie33Kanari"),
  canary("e-mail address", "mail to ", "kanarie34@post.example.org", " bounced"),
  canary("public IPv4 address", "peer ", "203.0.113.35", ":51820 timed out"),
  canary("public IPv6 address", "peer [", "2001:db8:36::beef", "]:51820 timed out"),
  canary("MAC address", "wlan0: associated with ", "b8:27:eb:ca:0a:37"),
  canary("serial number", "usb 1-1.2: SerialNumber: ", "KANARIE38AA"),
  canary("serial of the board", "Serial\t\t: ", "10000000ca0a0039"),
  canary("client secret", '  "clientSecret": "', "Kanarie40~x", '",'),
];
