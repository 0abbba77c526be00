import { describe, expect, it } from "vitest";
import { Payload } from "../../analyzer/sources/_payload.ts";

function read(line: string): { text: string; level: number | null; time: string | null; precision: number } {
  const payload = new Payload();
  payload.read(line, 0);
  const { text, level, stated, clock, precision } = payload;
  return {
    text,
    level,
    time: clock === "none" ? null : `${clock} ${new Date(stated / 1000).toISOString()}`,
    precision,
  };
}

describe("klog", () => {
  it("takes level and time, and leaves the message", () => {
    expect(read("E1105 06:07:57.076376     319 generic.go:241] PLEG: Ignoring events for pod k1: rpc error")).toEqual({
      text: "PLEG: Ignoring events for pod k1: rpc error",
      level: 3,
      time: "local-no-year 1972-11-05T06:07:57.076Z",
      precision: 1,
    });
  });

  it.each([
    ["I", 6],
    ["W", 4],
    ["E", 3],
    ["F", 2],
  ])("maps %s", (letter, level) =>
    expect(read(`${letter}0302 05:41:57.370927     482 server.go:198] x`).level).toBe(level),
  );

  it("unquotes the values of a structured message", () => {
    const line = String.raw`E0329 13:07:24.141600    1061 kubelet.go:2466] "Error getting node" err="node \"192.168.1.11\" not found" n=1`;
    expect(read(line).text).toBe('Error getting node err=node "192.168.1.11" not found n=1');
  });

  it("leaves a message that begins with a quoted word as it is", () => {
    expect(read('I0302 05:41:57.370927     482 a.go:1] "web" is not running').text).toBe('"web" is not running');
  });

  it.each(["E1399 06:07:57.076376 1 a.go:1] x", "E1105 06:07:57 no file", "Error: x", "I am", "E1105"])(
    "does not take %j for klog",
    (line) =>
      expect(read(line)).toEqual({ text: line, level: null, time: null, precision: expect.any(Number) as number }),
  );
});

describe("logfmt", () => {
  it("puts the message first and keeps the other values in order, unquoted", () => {
    const line = String.raw`time="2026-03-02T11:49:40.810716330Z" level=error msg="Handler for \"x\" failed" module=grpc error="open /var/lib/docker/overlay2/1b/lower: structure needs cleaning"`;
    expect(read(line)).toEqual({
      text: 'Handler for "x" failed module=grpc error=open /var/lib/docker/overlay2/1b/lower: structure needs cleaning',
      level: 3,
      time: "utc 2026-03-02T11:49:40.810Z",
      precision: 1,
    });
  });

  it("keeps what a cut line still says", () => {
    expect(read('time="2026-03-02T11:49:40Z" level=warning msg="cut in the mid').text).toBe("cut in the mid");
  });

  it("keeps words that are no pairs", () => {
    expect(read('level=info ts=2026-03-02T11:49:40Z msg="a b" c d=e').text).toBe("a b c d=e");
  });

  it("reads a message without time or level", () => {
    expect(read('msg="Shutdown request received: exit status 1"').text).toBe(
      "Shutdown request received: exit status 1",
    );
  });
});

describe("other forms", () => {
  it("reads capnslog", () => {
    expect(read("2026-03-02 11:46:51.869754 N | etcdserver: updated")).toMatchObject({
      text: "etcdserver: updated",
      level: 5,
      time: "local 2026-03-02T11:46:51.869Z",
    });
  });

  it.each([
    ['"2026-03-02T11:46:51.869Z"', "utc 2026-03-02T11:46:51.869Z"],
    ["1772451971.869", "utc 2026-03-02T11:46:11.869Z"],
    ["1772451971869.5", "utc 2026-03-02T11:46:11.869Z"],
  ])("reads a JSON line with ts %s", (ts, time) => {
    const line = `{"level":"warn","ts":${ts},"caller":"a.go:1","msg":"slow","took":"203ms","n":2,"o":{"p":1}}`;
    expect(read(line)).toMatchObject({ text: 'slow took=203ms n=2 o={"p":1}', level: 4, time });
  });

  it("reads a level word after a time", () => {
    expect(read("2022-02-11 19:18:53.146 [INFO][1] main.go 87: Loaded")).toMatchObject({
      text: "main.go 87: Loaded",
      level: 6,
    });
    expect(read("2024/03/23 07:49:10 http: superfluous")).toMatchObject({ text: "http: superfluous", level: null });
  });

  it.each(["{not json", '{"a":1}', "2026-03-02", "plain text", "", "[1,2]"])("leaves %j as it is", (line) => {
    expect(read(line)).toMatchObject({ text: line, level: null, time: null });
  });
});
