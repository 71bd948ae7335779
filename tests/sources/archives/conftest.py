"""A real PostgreSQL server for the session, and archives that its pg_dump makes of hostile rows."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: The physical order of USAspending's recipient_lookup, which is not the order of its model.
COLUMNS = (
    "id", "recipient_hash", "legal_business_name", "duns", "address_line_1", "address_line_2",
    "business_types_codes", "city", "congressional_district", "country_code", "parent_duns",
    "parent_legal_business_name", "state", "zip4", "zip5", "alternate_names", "source",
    "update_date", "uei", "parent_uei",
)  # fmt: skip
ARRAYS = {"business_types_codes", "alternate_names"}

#: Texts that have broken readers of COPY text before.
HOSTILE = (
    "",
    "plain",
    "\\",
    "\\\\",
    "\\N",
    "N",
    "\\.",
    "\\t",
    "\\x41",
    "\\101",
    "tab\there",
    "\t",
    "line\nfeed",
    "\n",
    "carriage\rreturn",
    "\r\n",
    "\b\f\v",
    "\x01\x02\x1b\x7f",
    '"',
    '"quoted"',
    "it's",
    "a,b",
    "{",
    "}",
    "{}",
    "{a,b}",
    "NULL",
    "null",
    " lead and trail ",
    "ÄÖÜ ß é",
    "日本語 😀",
    "\u2028\u0085\u00a0",
    "back\\slash\\",
    '\\"',
    "trailing tab\t",
    "x" * 9000,
)


def recipient(i: int, text: str, names: list[str | None] | None) -> dict[str, Any]:
    """A row in which every text column holds the hostile text."""
    row: dict[str, Any] = dict.fromkeys(COLUMNS, text)
    return row | {
        "id": str(i),
        "recipient_hash": f"00000000-0000-0000-0000-{i:012d}",
        "business_types_codes": [text],
        "alternate_names": names,
        "update_date": "2026-11-06 04:11:52.5",
        "duns": None if i % 3 == 0 else text,
    }


def hostile_recipients() -> list[dict[str, Any]]:
    """Rows with every hostile text by itself, in arrays, and with nothing but nulls."""
    rows = [recipient(i, text, [text, None, *HOSTILE]) for i, text in enumerate(HOSTILE)]
    rows.append(recipient(len(rows), "no names", None))
    rows.append(recipient(len(rows), "empty names", []))
    nothing = dict.fromkeys(COLUMNS, None) | {"id": str(len(rows))}
    return [*rows, nothing]


@dataclass(frozen=True)
class Server:
    """A running server: the folder of its programs, its socket, and the user it runs as."""

    programs: Path
    home: Path
    user: str | None

    def run(self, program: str, *words: str, text: str | None = None) -> str:
        """What one of PostgreSQL's programs prints."""
        environment = {
            "PATH": os.environ["PATH"],
            "PGHOST": str(self.home),
            "PGPORT": "54329",
            "PGDATABASE": "postgres",
            "PGUSER": self.user or pwd.getpwuid(os.getuid()).pw_name,
            "LC_ALL": "C.UTF-8",
        }
        done = subprocess.run(
            [self.programs / program, *words],
            input=text,
            capture_output=True,
            text=True,
            env=environment,
            cwd=self.home,
            timeout=60,
            check=False,
            **_as(self.user),
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def sql(self, text: str) -> str:
        """Runs SQL statements; any error fails the test."""
        return self.run("psql", "-qAtX", "-v", "ON_ERROR_STOP=1", "-f", "-", text=text)

    def dump(self, name: str, *options: str) -> Path:
        """A new dump by pg_dump: a folder, or what ``--format`` says."""
        path = self.home / name
        given = any(o.startswith("--format") for o in options)
        self.run("pg_dump", *([] if given else ["--format=directory"]), f"--file={path}", *options)
        return path


def _as(user: str | None) -> dict[str, Any]:
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _programs() -> Path | None:
    found = shutil.which("initdb")
    if found and (Path(found).parent / "pg_dump").exists():
        return Path(found).parent
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda p: int(p.parent.name))
    return next((f for f in reversed(folders) if (f / "initdb").exists()), None)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A PostgreSQL server of its own, on a socket in a temporary folder."""
    programs = _programs()
    user = "postgres" if os.getuid() == 0 else None
    missing = None if programs else "no PostgreSQL server (install the package postgresql)"
    if programs and user:
        try:
            pwd.getpwnam(user)
        except KeyError:
            missing = "running as root, and there is no user postgres"
    if missing or programs is None:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(f"{missing}; in CI it must be there")
        pytest.skip(str(missing))
    home = Path(tempfile.mkdtemp(prefix="proofbook-pg-"))
    try:
        if user:
            shutil.chown(home, user)
        running = Server(programs, home, user)
        running.run("initdb", "-D", "data", "--no-sync", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-k {home} -p 54329 -c listen_addresses= -c fsync=off"
        running.run("pg_ctl", "-D", "data", "-l", "log", "-w", "-o", options, "start")
        try:
            running.sql(SCHEMA)
            yield running
        finally:
            running.run("pg_ctl", "-D", "data", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home)


@pytest.fixture(scope="session")
def dump(server: Server) -> Path:
    """The folder of a plain ``pg_dump --format=directory`` of all tables."""
    return server.dump("plain")


def rows_as_sql(table: str, rows: list[dict[str, Any]]) -> str:
    """An INSERT that takes the rows as JSON, so that nothing of COPY is used to write them."""
    text = json.dumps(rows)
    assert "$rows$" not in text
    return (
        f"INSERT INTO {table} SELECT * FROM "
        f"json_populate_recordset(null::{table}, $rows${text}$rows$);\n"
    )


_TYPES = {"id": "bigint NOT NULL", "recipient_hash": "uuid", "update_date": "timestamp"}
_TYPES |= dict.fromkeys(ARRAYS, "text[]")

SCHEMA = (
    "CREATE SCHEMA rpt; CREATE SCHEMA temp;\n"
    "CREATE TABLE rpt.recipient_lookup ("
    + ", ".join(f"{name} {_TYPES.get(name, 'text')}" for name in COLUMNS)
    + ");\n"
    + rows_as_sql("rpt.recipient_lookup", hostile_recipients())
    + r"""
CREATE TABLE rpt.empty (id bigint, names text[]);
CREATE TABLE rpt.one_column (value text);
INSERT INTO rpt.one_column VALUES (''), (NULL), ('\.'), ('a'), (''), ('\N'), (E'\n'), ('');
CREATE TABLE rpt.no_columns ();
INSERT INTO rpt.no_columns DEFAULT VALUES;
CREATE TABLE rpt.twin (a int); INSERT INTO rpt.twin VALUES (1);
CREATE TABLE temp.twin (a int, b int); INSERT INTO temp.twin VALUES (1, 2), (3, 4);
CREATE VIEW rpt.transaction_normalized AS SELECT id FROM rpt.recipient_lookup;
CREATE TABLE rpt.parted (id int, kind text) PARTITION BY LIST (kind);
CREATE TABLE rpt.parted_a PARTITION OF rpt.parted FOR VALUES IN ('a');
INSERT INTO rpt.parted VALUES (1, 'a'), (2, 'a');
CREATE TABLE public."Odd (name), ""it"" too" (
    "a ""b"", c" text DEFAULT 'x, ''y'' (', "CHECK" text[] DEFAULT '{a,"b, c"}'::text[] NOT NULL,
    size numeric(9,2)[], doubled int GENERATED ALWAYS AS (2 * 3) STORED, moment timestamp(3)[],
    yes boolean, raw bytea[], boxes box[], doc jsonb,
    CONSTRAINT fine CHECK (cardinality("CHECK") < 100 AND "a ""b"", c" <> ',)')
);
INSERT INTO public."Odd (name), ""it"" too" VALUES
    ('1', '{}', '{1.5,NULL,-2}', DEFAULT, '{"2026-01-02 03:04:05"}', true, '{"\\x00ff"}',
     '{(1,1),(0,0)}', '{"a": "\t\"\\"}'),
    ('2', '{{a,b},{"c,d",NULL}}', '[0:1]={1,2}', DEFAULT, NULL, false, NULL, NULL, NULL);
"""
)
