"""The numbered steps of each kind of database. A step is never edited once released: add the next one."""

from app.catalog.schema import Schema

_SHARD_1 = """
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE scan (
    id INTEGER NOT NULL PRIMARY KEY, started_us INTEGER NOT NULL, ended_us INTEGER, mode TEXT NOT NULL,
    inventory_only INTEGER NOT NULL, state TEXT NOT NULL, stage TEXT NOT NULL, request TEXT NOT NULL,
    counts TEXT NOT NULL);
CREATE TABLE folder (
    id INTEGER NOT NULL PRIMARY KEY, parent_id INTEGER, path BLOB NOT NULL UNIQUE, key BLOB,
    first_scan INTEGER NOT NULL, queued_scan INTEGER NOT NULL, listed_scan INTEGER NOT NULL, missed_scan INTEGER,
    digest BLOB, files INTEGER NOT NULL, bytes INTEGER NOT NULL, newest_ns INTEGER);
CREATE INDEX folder_parent ON folder (parent_id);
CREATE INDEX folder_open ON folder (queued_scan) WHERE queued_scan > listed_scan;
CREATE TABLE file (
    id INTEGER NOT NULL PRIMARY KEY, folder_id INTEGER NOT NULL, name BLOB NOT NULL, key BLOB, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, category INTEGER NOT NULL, first_scan INTEGER NOT NULL, sequence_id INTEGER,
    missed_scan INTEGER, hash_state INTEGER NOT NULL DEFAULT 0, changed_scan INTEGER, identity INTEGER, hash BLOB,
    xxh3 BLOB, mime TEXT);
CREATE INDEX file_missed ON file (missed_scan) WHERE missed_scan IS NOT NULL;
CREATE TABLE block (
    first_id INTEGER NOT NULL PRIMARY KEY, last_id INTEGER NOT NULL, folder_id INTEGER NOT NULL,
    newest_ns INTEGER NOT NULL);
CREATE INDEX block_folder ON block (folder_id);
CREATE INDEX block_newest ON block (newest_ns);
CREATE TABLE sequence (
    id INTEGER NOT NULL PRIMARY KEY, folder_id INTEGER NOT NULL, base BLOB NOT NULL, ext BLOB NOT NULL,
    pad INTEGER NOT NULL, first_frame TEXT NOT NULL, last_frame TEXT NOT NULL, frame_count INTEGER NOT NULL,
    missing_count INTEGER NOT NULL, gap_count INTEGER NOT NULL, ranges TEXT NOT NULL, bytes INTEGER NOT NULL,
    newest_ns INTEGER NOT NULL, first_scan INTEGER NOT NULL, changed_scan INTEGER NOT NULL, missed_scan INTEGER,
    inspected INTEGER, UNIQUE (folder_id, base, ext, pad));
CREATE TABLE facts (
    file_id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL, kind TEXT NOT NULL, facts TEXT NOT NULL,
    error TEXT NOT NULL);
CREATE TABLE verdict (
    folder_id INTEGER NOT NULL, asset BLOB NOT NULL, result TEXT NOT NULL, operator TEXT NOT NULL,
    time_us INTEGER NOT NULL, note TEXT NOT NULL, reasons TEXT NOT NULL, policy_version TEXT NOT NULL,
    content_hash TEXT NOT NULL, size INTEGER, mtime_ns INTEGER, fingerprint TEXT NOT NULL, sidecar BLOB NOT NULL,
    record TEXT NOT NULL, PRIMARY KEY (folder_id, asset)) WITHOUT ROWID;
CREATE TABLE problem (
    folder_id INTEGER NOT NULL, name BLOB NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
    scan_id INTEGER NOT NULL, PRIMARY KEY (folder_id, name)) WITHOUT ROWID;
CREATE TABLE skipped (
    folder_id INTEGER NOT NULL, name BLOB NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (folder_id, name)) WITHOUT ROWID;
CREATE TABLE gone_file (file_id INTEGER NOT NULL PRIMARY KEY);
CREATE TABLE gone_folder (folder_id INTEGER NOT NULL PRIMARY KEY);
CREATE VIRTUAL TABLE name_index USING fts5 (
    text, content='', detail=none, columnsize=0, tokenize='trigram case_sensitive 1');
CREATE VIRTUAL TABLE folder_index USING fts5 (
    text, content='', detail=none, columnsize=0, tokenize='trigram case_sensitive 1')
"""

#: What a librarian asks of a drive over the years: how it was, when it was last read whole, what is suspected of rot,
#: where a file went, and how it looks while the drive is on the shelf.
_SHARD_2 = """
ALTER TABLE file ADD COLUMN verified_us INTEGER;
ALTER TABLE file ADD COLUMN file_id INTEGER;
CREATE INDEX file_hash ON file (substr(hash, 1, 9)) WHERE hash IS NOT NULL;
CREATE TABLE past (
    file_id INTEGER NOT NULL, scan_id INTEGER NOT NULL, what TEXT NOT NULL, size INTEGER, mtime_ns INTEGER, hash BLOB,
    PRIMARY KEY (file_id, scan_id)) WITHOUT ROWID;
CREATE INDEX past_scan ON past (scan_id);
CREATE TABLE moved (
    file_id INTEGER NOT NULL PRIMARY KEY, from_id INTEGER NOT NULL, scan_id INTEGER NOT NULL, evidence TEXT NOT NULL);
CREATE INDEX moved_from ON moved (from_id);
CREATE TABLE suspect (
    file_id INTEGER NOT NULL PRIMARY KEY, found_us INTEGER NOT NULL, code TEXT NOT NULL, stored BLOB, found BLOB,
    reason TEXT NOT NULL);
CREATE TABLE picture (
    hash BLOB NOT NULL, kind TEXT NOT NULL, version INTEGER NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL,
    made_us INTEGER NOT NULL, error TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (hash, kind))
"""

#: What inspecting learnt, so that it can be searched and told whole while the drive is on the shelf. What many files
#: have in common is kept once, under a hash of it: a `header` is a document without its file and the values of its
#: attributes, an `attribute` one value, an `attribute_set` the values that the frames of a sequence share; what differs
#: from frame to frame is an `attribute_of` the file. `part` and `channel` follow from headers, for searching.
_SHARD_3 = """
ALTER TABLE facts ADD COLUMN header_id INTEGER;
ALTER TABLE facts ADD COLUMN set_id INTEGER;
ALTER TABLE facts ADD COLUMN structure_id INTEGER;
ALTER TABLE facts ADD COLUMN duration_s REAL;
ALTER TABLE facts ADD COLUMN header_hash TEXT;
ALTER TABLE facts ADD COLUMN own TEXT;
ALTER TABLE facts ADD COLUMN read_us INTEGER;
CREATE INDEX facts_header ON facts (header_id) WHERE header_id IS NOT NULL;
CREATE INDEX facts_set ON facts (set_id) WHERE set_id IS NOT NULL;
CREATE INDEX facts_structure ON facts (structure_id) WHERE structure_id IS NOT NULL;
CREATE TABLE header (
    id INTEGER NOT NULL PRIMARY KEY, hash BLOB NOT NULL UNIQUE, format TEXT NOT NULL, body BLOB NOT NULL);
CREATE TABLE part (
    header_id INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL, view TEXT NOT NULL,
    compression TEXT NOT NULL, codec TEXT NOT NULL, width INTEGER, height INTEGER, frame_rate REAL, channels INTEGER,
    PRIMARY KEY (header_id, number)) WITHOUT ROWID;
CREATE TABLE channel (
    header_id INTEGER NOT NULL, part INTEGER NOT NULL, number INTEGER NOT NULL, name TEXT NOT NULL,
    layer TEXT NOT NULL, type TEXT NOT NULL, PRIMARY KEY (header_id, part, number)) WITHOUT ROWID;
CREATE TABLE attribute (
    id INTEGER NOT NULL PRIMARY KEY, hash BLOB NOT NULL UNIQUE, name TEXT NOT NULL COLLATE NOCASE, type TEXT NOT NULL,
    text TEXT NOT NULL, number REAL, body BLOB NOT NULL);
CREATE INDEX attribute_text ON attribute (name, text);
CREATE INDEX attribute_number ON attribute (name, number) WHERE number IS NOT NULL;
CREATE TABLE attribute_set (id INTEGER NOT NULL PRIMARY KEY, hash BLOB NOT NULL UNIQUE, members BLOB NOT NULL);
CREATE TABLE attribute_in (
    attribute_id INTEGER NOT NULL, set_id INTEGER NOT NULL, PRIMARY KEY (attribute_id, set_id)) WITHOUT ROWID;
CREATE TABLE attribute_of (
    file_id INTEGER NOT NULL, place INTEGER NOT NULL, attribute_id INTEGER NOT NULL,
    PRIMARY KEY (file_id, place)) WITHOUT ROWID;
CREATE INDEX attribute_of_files ON attribute_of (attribute_id);
CREATE TABLE structure (
    id INTEGER NOT NULL PRIMARY KEY, version INTEGER NOT NULL, hash BLOB NOT NULL UNIQUE, vectors BLOB NOT NULL);
CREATE TABLE stats (file_id INTEGER NOT NULL PRIMARY KEY, body BLOB NOT NULL);
CREATE TABLE channel_stats (
    file_id INTEGER NOT NULL, part INTEGER NOT NULL, channel TEXT NOT NULL, minimum REAL, maximum REAL, mean REAL,
    stddev REAL, nan_count INTEGER, inf_count INTEGER, PRIMARY KEY (file_id, part, channel)) WITHOUT ROWID;
CREATE TRIGGER facts_forgotten AFTER DELETE ON facts BEGIN
    DELETE FROM attribute_of WHERE file_id = old.file_id; DELETE FROM stats WHERE file_id = old.file_id; \
DELETE FROM channel_stats WHERE file_id = old.file_id; END;
CREATE TABLE sequence_facts (
    sequence_id INTEGER NOT NULL PRIMARY KEY, changed_scan INTEGER NOT NULL, read_us INTEGER NOT NULL,
    representative BLOB, body BLOB NOT NULL);
CREATE TABLE judgement (
    folder_id INTEGER NOT NULL, asset BLOB NOT NULL, policy TEXT NOT NULL, version TEXT NOT NULL, outcome TEXT,
    time_us INTEGER NOT NULL, body TEXT NOT NULL, PRIMARY KEY (folder_id, asset, policy)) WITHOUT ROWID;
CREATE TABLE finding (
    folder_id INTEGER NOT NULL, asset BLOB NOT NULL, policy TEXT NOT NULL, number INTEGER NOT NULL, rule TEXT NOT NULL,
    outcome TEXT NOT NULL, severity TEXT NOT NULL, frames TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (folder_id, asset, policy, number)) WITHOUT ROWID;
ALTER TABLE sequence ADD COLUMN whole INTEGER NOT NULL DEFAULT 0
"""

_CATALOG_1 = """
CREATE TABLE drive (
    id TEXT NOT NULL PRIMARY KEY, label TEXT NOT NULL UNIQUE, base BLOB NOT NULL, passport TEXT NOT NULL,
    made_us INTEGER NOT NULL, last_scan_us INTEGER, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
    sequences INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE job (
    id INTEGER NOT NULL PRIMARY KEY, operation TEXT NOT NULL, title TEXT NOT NULL, drive_id TEXT,
    pid INTEGER NOT NULL, pid_started TEXT NOT NULL, started_us INTEGER NOT NULL, ended_us INTEGER,
    state TEXT NOT NULL, summary TEXT NOT NULL)
"""

#: What a person knows of a drive, how healthy it said it was, and when its records were last looked after.
_CATALOG_2 = """
ALTER TABLE drive ADD COLUMN kind TEXT NOT NULL DEFAULT '';
ALTER TABLE drive ADD COLUMN place TEXT NOT NULL DEFAULT '';
ALTER TABLE drive ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE drive ADD COLUMN lent_to TEXT NOT NULL DEFAULT '';
ALTER TABLE drive ADD COLUMN lent_us INTEGER;
CREATE TABLE health (
    drive_id TEXT NOT NULL, time_us INTEGER NOT NULL, state TEXT NOT NULL, report TEXT NOT NULL,
    PRIMARY KEY (drive_id, time_us)) WITHOUT ROWID;
CREATE TABLE upkeep (
    name TEXT NOT NULL, action TEXT NOT NULL, time_us INTEGER NOT NULL, outcome TEXT NOT NULL, detail TEXT NOT NULL,
    PRIMARY KEY (name, action)) WITHOUT ROWID
"""

_SHARD_REMEDY = (
    "Salvage what can be read of it (`reelmark maintain salvage --drive D`) or restore a backup. Or else: Move it away "
    "and scan the drive again: files, facts and hashes are read anew and verdicts come back from their sidecars; the "
    "history of its scans does not. Other drives are not touched."
)
_CATALOG_REMEDY = (
    "Salvage what can be read of it (`reelmark maintain salvage --catalog`) or restore a backup. Or else: Move it "
    "away: the drives are then taken over from their shards at the next start. The history of jobs cannot be brought "
    "back."
)

#: The database of one drive. `RMsh`
SHARD = Schema("shard", 0x524D7368, (_SHARD_1, _SHARD_2, _SHARD_3), _SHARD_REMEDY, "../backups")
#: The database of all drives. `RMca`
CATALOG = Schema("catalog", 0x524D6361, (_CATALOG_1, _CATALOG_2), _CATALOG_REMEDY)
