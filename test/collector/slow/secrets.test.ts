/** Secrets where a careful reader of the script would look for them next: command lines, units, registries, the card. */
import { expect, test } from "vitest";
import { collectCard, collector, containerId, makeCard, Members, remove, run, temporary, write } from "../lab.ts";
import { stubs, underEachShell, withStubs } from "../shells.ts";

/** What a container was started with: quotes in quotes, values of their own, JSON in a label. */
const COMMAND = ["mysqld", "--password=canary-1", "--root-password", "canary-2", 'export DB_TOKEN="canary-3"; run'];
const CONFIG = {
  Config: {
    Cmd: COMMAND,
    Env: ["A=canary-4", 'B="canary-5"'],
    Labels: { settings: '{"password": "canary-6", "keep": "this"}', "io.kubernetes.pod.name": "web" },
  },
  Args: ["--authorization-mode=Node,RBAC", "--token-auth-file=/etc/tokens"],
};
const line = JSON.stringify({ ID: "a1", Names: "web", Command: `"${COMMAND.slice(0, 2).join(" ")}"`, Status: "Up" });

const canary = (members: Members): string[] =>
  [...members].filter(([, content]) => content.includes("canary-")).map(([name]) => name);

underEachShell((shell) => {
  test("hard case 18 (real): none in the files of a card, and what is left is still JSON", async () => {
    const root = temporary("secrets");
    makeCard(root);
    const config = `var/lib/docker/containers/${containerId}/config.v2.json`;
    write(root, config, JSON.stringify(CONFIG));
    write(root, "boot/userconf.txt", "pi:canary-hash");
    write(root, "boot/firmware/userconf.txt", "pi:canary-hash");
    write(root, "boot/config.txt", "dtparam=audio=on\n");
    const registry = '[plugins."x".registry.configs."r".auth]\n  username = "u"\n  password = "canary"\n';
    write(
      root,
      "etc/containerd/config.toml",
      `version = 2\n${registry.replace("canary", "canary-7")}  auth = "canary-8"\n`,
    );
    write(root, "etc/docker/daemon.json", '{"proxies":{"http-proxy":"http://u:canary-9@proxy:3128"}}\n');
    write(root, "etc/kubernetes/pki/sa.key", "canary-key");
    write(root, "etc/kubernetes/pki/ca.crt", "-----BEGIN CERTIFICATE-----\ncanary-key\n");
    write(root, "var/lib/kubelet/pods/u1/volumes/kubernetes.io~secret/s/password", "canary-volume");
    const result = await collectCard(shell.argv, root);
    const members = Members.of(result.stdout);
    expect(canary(members)).toEqual([]);
    expect(members.text("pi/boot-config.txt")).toContain("dtparam=audio=on");
    expect(members.text("kubernetes/kubelet.txt")).toContain('username = "u"');
    const kept = JSON.parse(members.text(`docker/${config}`)) as typeof CONFIG;
    expect(kept.Config.Cmd).toHaveLength(COMMAND.length);
    expect(kept.Config.Cmd[0]).toBe("mysqld");
    expect(kept.Config.Env).toEqual(["A=", "B="]);
    expect(kept.Config.Labels["io.kubernetes.pod.name"]).toBe("web");
    expect(kept.Args).toEqual(CONFIG.Args);
    remove(root);
  }, 120_000);

  test("hard case 18 (stub: docker and systemctl print them): none in what commands print", async () => {
    const lab = temporary("secrets");
    write(lab, "inspect", `${JSON.stringify([CONFIG], null, 4)}\n`);
    write(lab, "ps", `${line}\n`);
    const table = ["CONTAINER ID   IMAGE     CREATED       STATUS       PORTS     NAMES", "a1             i:1"];
    write(lab, "table", `${table.join("\n")}\n`);
    const units = ["[Service]", "Environment=K=canary-10", "Environment='K=canary-11'", 'Environment = "K=canary-12"'];
    write(lab, "units", `${units.join("\n")}\nExecStart=/usr/bin/k3s agent --token canary-13\n`);
    const directory = stubs({
      docker: `case "$*" in
  *-aq*) echo a1 ;;
  inspect*) cat ${lab}/inspect ;;
  *table*.Command*) echo 'COMMAND canary-14' ;;
  *table*) cat ${lab}/table ;;
  "ps -a") echo 'COMMAND canary-14' ;;
  ps*) cat ${lab}/ps ;;
  *) echo ok ;;
esac`,
      systemctl: `[ "$1" != cat ] || cat ${lab}/units`,
    });
    const result = await run([...shell.argv, collector, "--max-mb", "0"], { env: withStubs(directory) });
    const members = Members.of(result.stdout);
    expect(canary(members)).toEqual([]);
    expect(JSON.parse(members.text("docker/ps.jsonl"))).toMatchObject({ ID: "a1", Names: "web", Status: "Up" });
    const [kept] = JSON.parse(members.text("docker/inspect.json")) as [typeof CONFIG];
    expect(kept.Config.Cmd[0]).toBe("mysqld");
    expect(kept.Args).toEqual(CONFIG.Args);
    // Nothing is blanked in the table, as that would move its columns: what could need it is not in it.
    expect(members.text("docker/ps.txt")).toBe(`${table.join("\n")}\n`);
    expect(members.text("systemd/units.txt")).toContain("ExecStart=/usr/bin/k3s agent --token <redacted>");
    remove(lab);
    remove(directory);
  }, 120_000);
});
