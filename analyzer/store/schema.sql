-- coldcase store, version in PRAGMA user_version. A cache derived from a bundle: rebuilt, never migrated.
-- Times are INTEGER microseconds. "stated" is the time as written, read as if it were UTC (1972 when no year was
-- written; microseconds since boot for a monotonic clock); the view "timeline" gives the corrected one.

-- One file of the bundle, or one command output inside of a file.
CREATE TABLE artifact (
  id INTEGER PRIMARY KEY,
  path TEXT NOT NULL UNIQUE,
  source TEXT,                 -- ids of the parsers that read it, comma separated; null when nobody did
  bytes INTEGER NOT NULL DEFAULT 0,
  lines INTEGER NOT NULL DEFAULT 0,
  modified INTEGER,            -- mtime in the tar header; null for loose files, whose times are no evidence
  link TEXT                    -- target, for a symbolic link
) STRICT;

-- Distinct message texts: a sick node says the same few things a million times.
CREATE TABLE text (
  id INTEGER PRIMARY KEY,
  text TEXT NOT NULL
) STRICT;

-- Who said it: kubelet, dockerd, kernel, pod/container.
CREATE TABLE origin (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  events INTEGER NOT NULL DEFAULT 0
) STRICT;

-- Something said. Ids count up in bundle order, so the events of one artifact are one range.
CREATE TABLE event (
  id INTEGER PRIMARY KEY,
  artifact INTEGER NOT NULL,
  line INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  byte_length INTEGER NOT NULL,
  stated INTEGER,
  precision INTEGER NOT NULL,  -- length of the smallest unit written
  level INTEGER NOT NULL,      -- 0 emergency to 7 debug, as its writer saw it
  origin INTEGER NOT NULL,
  text INTEGER NOT NULL
) STRICT;

-- A stretch of events of one artifact that one clock wrote in one boot: its stated times do not go back, and they keep
-- their distance from the monotonic clock, where that is written beside them. A step of the clock starts a new run.
CREATE TABLE run (
  id INTEGER PRIMARY KEY,
  artifact INTEGER NOT NULL,
  section INTEGER NOT NULL,    -- counts the outputs of commands that the artifact holds one after the other
  process TEXT,                -- the program in whose zone a local time is; null for the node
  first_event INTEGER NOT NULL,
  last_event INTEGER NOT NULL,
  clock TEXT NOT NULL,         -- utc, local, local-no-year, monotonic, none
  first_stated INTEGER,
  last_stated INTEGER,
  boot TEXT,                   -- id, or reboot-<n> after the nth reboot that has no name; null when not said
  first_monotonic INTEGER,     -- since that boot, of the first and the last event that carry it
  last_monotonic INTEGER
) STRICT;

-- Where a stretch of events lies on the time axis: stated + shift, give or take.
CREATE TABLE placement (
  first_event INTEGER PRIMARY KEY,
  last_event INTEGER NOT NULL,
  shift INTEGER NOT NULL,
  before INTEGER NOT NULL,     -- the true time is at most this much earlier
  after INTEGER NOT NULL,      -- and less than this much later
  basis TEXT NOT NULL,
  lo INTEGER,                  -- fixed bounds, for events of which only the order is known
  hi INTEGER
) STRICT;

-- State without a time of its own. value is JSON; its shape depends on kind.
CREATE TABLE fact (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT NOT NULL,
  artifact INTEGER NOT NULL,
  line INTEGER NOT NULL,
  byte_offset INTEGER NOT NULL,
  byte_length INTEGER NOT NULL
) STRICT;
CREATE INDEX fact_kind ON fact (kind, key);

-- Times inside of facts, placed on the axis: field is the name of the property that was read.
CREATE TABLE fact_time (
  fact INTEGER NOT NULL,
  field TEXT NOT NULL,
  lo INTEGER NOT NULL,
  hi INTEGER NOT NULL,
  best INTEGER NOT NULL,
  basis TEXT NOT NULL,
  stated TEXT,                 -- as the artifact has it: ISO 8601 with Z for UTC, without for local time; or words
  PRIMARY KEY (fact, field)
) STRICT;

CREATE TABLE warning (
  artifact TEXT NOT NULL,
  line INTEGER NOT NULL,
  message TEXT NOT NULL
) STRICT;

-- A distinct text that matched a line rule, with what it captured as a JSON object, and the events that said it.
CREATE TABLE match (
  rule TEXT NOT NULL,
  text INTEGER NOT NULL,
  captures TEXT NOT NULL,
  events INTEGER NOT NULL,     -- how many
  first_event INTEGER NOT NULL,-- in bundle order
  last_event INTEGER NOT NULL
) STRICT;
-- Its index is made when it is filled.

CREATE TABLE entity (
  id TEXT PRIMARY KEY,         -- kind:key
  kind TEXT NOT NULL,
  key TEXT NOT NULL,
  title TEXT NOT NULL
) STRICT;

CREATE TABLE link (
  "from" TEXT NOT NULL,
  "to" TEXT NOT NULL,
  kind TEXT NOT NULL,
  artifact TEXT,
  line INTEGER
) STRICT;

-- What the rules found, as it stands in the report.
CREATE TABLE finding (
  id TEXT PRIMARY KEY,
  rule TEXT NOT NULL,
  cause TEXT NOT NULL,
  layer TEXT NOT NULL,
  role TEXT NOT NULL,
  severity TEXT NOT NULL,
  confidence TEXT NOT NULL,
  title TEXT NOT NULL,
  summary TEXT NOT NULL,
  active INTEGER,
  "from" INTEGER,
  "to" INTEGER,
  basis TEXT
) STRICT;

CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT;

CREATE VIRTUAL TABLE text_fts USING fts5 (
  text, content = 'text', content_rowid = 'id', tokenize = 'unicode61', columnsize = 0
);
-- The index is filled once: segments are merged only when there are very many. Halves the time (measured).
INSERT INTO text_fts (text_fts, rank) VALUES ('automerge', 0), ('crisismerge', 1000);

-- Every event with its corrected time: lo <= true time < hi, best is where to draw it; null when it has no place.
CREATE VIEW timeline AS
SELECT
  event.id,
  CASE WHEN placement.lo IS NOT NULL THEN placement.lo ELSE event.stated + placement.shift - placement.before END AS lo,
  CASE WHEN placement.hi IS NOT NULL THEN placement.hi ELSE event.stated + placement.shift + placement.after + event.precision END AS hi,
  CASE WHEN placement.lo IS NULL THEN event.stated + placement.shift
    ELSE max(placement.lo, min(placement.hi, event.stated + placement.shift)) END AS best,
  placement.basis,
  event.stated,
  event.level,
  origin.name AS origin,
  text.text,
  artifact.path AS artifact,
  event.line,
  event.byte_offset,
  event.byte_length
FROM event
JOIN origin ON origin.id = event.origin
JOIN text ON text.id = event.text
JOIN artifact ON artifact.id = event.artifact
LEFT JOIN placement ON placement.first_event =
  (SELECT max(first_event) FROM placement WHERE first_event <= event.id)
  AND placement.last_event >= event.id;

CREATE VIEW findings AS
SELECT id, severity, confidence, cause, layer, role, title, summary, active,
  strftime('%Y-%m-%dT%H:%M:%SZ', "from" / 1000000, 'unixepoch') AS "from",
  strftime('%Y-%m-%dT%H:%M:%SZ', "to" / 1000000, 'unixepoch') AS "to", basis
FROM finding;

CREATE VIEW containers AS
SELECT
  key AS id,
  value ->> 'name' AS name,
  value ->> 'image' AS image,
  value ->> 'state' AS state,
  value ->> 'status' AS status,
  value ->> 'exitCode' AS exit_code,
  value ->> 'startedAt' AS started_at,
  value ->> 'finishedAt' AS finished_at,
  value -> 'pod' ->> 'name' AS pod,
  artifact.path AS artifact,
  fact.line
FROM fact JOIN artifact ON artifact.id = fact.artifact
WHERE kind = 'container';

CREATE VIEW pods AS
SELECT DISTINCT
  value -> 'pod' ->> 'uid' AS uid,
  value -> 'pod' ->> 'namespace' AS namespace,
  value -> 'pod' ->> 'name' AS name
FROM fact
WHERE kind = 'container' AND value -> 'pod' IS NOT NULL AND value ->> 'pod' IS NOT NULL;
