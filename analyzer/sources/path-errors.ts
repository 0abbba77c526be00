/**
 * What programs print to stderr about paths they cannot read: error(3) of glibc in coreutils and findutils, tar's
 * messages, and the errors that docker's client passes on from the daemon.
 *
 *     cat: /var/lib/docker/overlay2/1f2e…/lower: Structure needs cleaning
 *     find: ‘/data/photos’: Input/output error
 *     Error response from daemon: open /var/lib/docker/overlay2/1f2e…/lower: structure needs cleaning
 */
import type { ParseSink, SourceParser } from "../model/source.ts";
import { bounded } from "./_bounded.ts";
import { emitForeign, readPathError } from "./_path-error.ts";

/** Said along with errors, and nothing more than they: `Try 'stat --help' for more information.` */
const NOISE =
  /^(?:Try '.*--help'.*|.*: missing operand|.*: Exiting with failure status due to previous errors|\S+: Removing leading .*)$/;

/** The collector ends each output of `docker logs` with it. */
const EXIT_CODE = /^\[exit \d{1,3}\]$/;

const ABOUT_CONTAINER =
  /^docker (?:container )?(?:logs|inspect|start|restart|diff|cp|export|exec|rm)\b(?: +-\S+(?: \d+)?)* +([\w.-]+)/;

/** The container that a command of docker's client was about. */
function containerOf(command: string | null): string | null {
  return command === null ? null : (ABOUT_CONTAINER.exec(command)?.[1] ?? null);
}

function aboutContainer(sink: ParseSink, container: string): ParseSink {
  return {
    ...sink,
    fact: (kind, key, value, line) => {
      sink.fact(kind, key, kind === "path-error" ? { ...value, container } : value, line);
    },
  };
}

const source: SourceParser = {
  id: "path-errors",
  title: "errors about paths, from stderr",
  kinds: [],
  sniff: (head) => {
    const lines = head.filter((text) => text.trim() !== "" && !EXIT_CODE.test(text));
    const errors = lines.filter((text) => readPathError(text) !== null).length;
    return errors > 0 && errors >= lines.length * 0.6 ? 0.9 : 0;
  },
  open: ({ sink, command }) => {
    const container = containerOf(command);
    const own = container === null ? sink : aboutContainer(sink, container);
    return {
      line: (line) => {
        if (!NOISE.test(line.text) && !EXIT_CODE.test(line.text)) emitForeign(line, own, "an error about a path");
      },
      end: () => undefined,
    };
  },
  samples: [
    {
      name: "coreutils, findutils and tar, quoted or not",
      lines: [
        "cat: /srv/docker/overlay2/1f2e/lower: Structure needs cleaning",
        "ls: cannot access '/srv/a b/link': Input/output error",
        "ls: reading directory '/srv/photos': Bad message",
        "stat: cannot statx '/srv/x': Structure needs cleaning",
        "find: ‘/srv/photos’: Input/output error",
        "tar: /srv/etcd/member: Cannot stat: Structure needs cleaning",
        "rm: cannot remove '/srv/x': Read-only file system",
        "ls: no se puede acceder a '/srv/x': La estructura necesita limpieza",
      ],
      events: 8,
      facts: 8,
    },
    {
      name: "an error of docker logs, with its exit code",
      command: "docker logs --tail 20 77ab12cd34ef",
      lines: ["Error response from daemon: open /srv/docker/overlay2/1f2e/lower: structure needs cleaning", "[exit 1]"],
      events: 1,
      facts: 1,
    },
    {
      name: "docker's client",
      lines: [
        "Error response from daemon: open /srv/docker/overlay2/1f2e/lower: structure needs cleaning",
        "Error response from daemon: stat /srv/docker/overlay2/1f2e: no such file or directory",
        "Error response from daemon: No such container: shop",
        "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?",
      ],
      events: 4,
      facts: 2,
    },
    {
      name: "a layer named from inside of overlay2",
      lines: [
        "cat: 00a1b2c3d4e5f60718293a4b5c6d7e8f00a1b2c3d4e5f60718293a4b5c6d7e8f-init/link: No such file or directory",
      ],
      events: 1,
      facts: 1,
    },
    {
      name: "other talk between errors",
      lines: ["cat: /srv/x: Permission denied", "cat: /srv/y: Permission denied", "all good so far"],
      events: 3,
      facts: 2,
      warnings: 1,
    },
  ],
};

export default bounded(source);
