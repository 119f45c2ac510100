"""An installation of the version before, on a server of its own logins, and programs of either version that use it."""

import gzip
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql

from katip.core.logins import logins_named, sql_for
from katip.core.postgres import server_find
from katip.core.postgres.places import places_find

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
BASE = (HERE / "base").read_text().strip()
"""the commit whose code is the version before; `base.sql.gz` is the database that its own `katip migrate` made"""
OWNER, APPLICATION = "upgrade_owner", "upgrade_app"


def base_tree(folder: Path) -> Path:
    """The code of the version before, out of the history. Fails, rather than skips, where that is not at hand."""
    packed = subprocess.run(["git", "archive", BASE], cwd=ROOT, capture_output=True, check=False)  # noqa: S607 -- whichever git there is
    if packed.returncode:
        pytest.fail(
            f"The version before, {BASE[:12]}, is not in this clone ({packed.stderr.decode().strip()}). "
            "Is it a shallow one? git fetch --unshallow"
        )
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # Debian 12's Python has none yet
        archive.extractall(folder)  # noqa: S202 -- git has just made it
    return folder


class Installation:
    """A database of the version before with two logins, as docs/operations.md had them made, and its data folder."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.database = f"upgrade_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{data.name}"
        house = Path(os.environ["KATIP_DATA"])
        server, places = server_find(house), places_find(house)
        assert server is not None
        assert places is not None
        self._server = server
        self._passwords = json.loads(places.passwords.read_text())

    def connect(self, role: str, database: str) -> psycopg.Connection[Any]:
        """A connection as one of the logins, or as the server's administrator."""
        password = self._passwords.get(role, role)
        return psycopg.connect(
            host=str(self._server.socket_dir),
            port=self._server.port,
            user=role,
            password=password,
            dbname=database,
            autocommit=True,
        )

    def make(self, *, empty: bool) -> None:
        """Logins, database, and, unless it is to be `empty`, the version before's tables in it."""
        with self.connect("katip_admin", "postgres") as admin:
            for role in (OWNER, APPLICATION):
                if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    admin.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), role))
            name, owner = sql.Identifier(self.database), sql.Identifier(OWNER)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(name, owner))
            admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
            admin.execute(
                sql.SQL("GRANT CONNECT, TEMPORARY ON DATABASE {} TO {}").format(name, sql.Identifier(APPLICATION))
            )
        with self.connect("katip_admin", self.database) as admin:
            admin.execute(sql.SQL("ALTER SCHEMA public OWNER TO {}").format(owner))
        if empty:
            return
        with self.connect(OWNER, self.database) as connection:
            shape = gzip.decompress((HERE / "base.sql.gz").read_bytes()).decode()
            connection.execute(shape.replace("katip_app", APPLICATION))  # several statements, without parameters

    def roles_make(self) -> None:
        """What the server's administrator does before this version; `katip migrate` prints it."""
        with self.connect("katip_admin", "postgres") as admin:
            known = {name for (name,) in admin.execute("SELECT rolname FROM pg_roles")}
            for statement in sql_for(logins_named(APPLICATION)).splitlines():
                made = re.match(r"CREATE ROLE (\w+)", statement)
                if statement and not (made and made.group(1) in known):
                    admin.execute(statement.encode())

    def drop(self) -> None:
        """Leave nothing of it on the server but its logins."""
        with self.connect("katip_admin", "postgres") as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(self.database)))

    def environment(self, tree: Path) -> dict[str, str]:
        """What a program of `tree` is started with."""
        host = quote(str(self._server.socket_dir), safe="")
        place = f"/{self.database}?host={host}&port={self._server.port}"
        self.data.parent.mkdir(exist_ok=True)
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("KATIP_", "DJANGO_"))}
        secret = self.data.with_name("passphrase")
        secret.write_text("a passphrase for tests\n")
        secret.chmod(0o600)
        return kept | {
            "KATIP_BACKUP_PASSPHRASE_FILE": str(secret),
            "DJANGO_SETTINGS_MODULE": "katip.config.settings",
            "KATIP_DATA": str(self.data),
            "KATIP_DATABASE_URL": f"postgresql://{APPLICATION}:{APPLICATION}@{place}",
            "KATIP_DATABASE_OWNER_URL": f"postgresql://{OWNER}:{OWNER}@{place}",
            "KATIP_ENV": "development",
            "KATIP_HELP_PHONE": "8500000000",
            "KATIP_OPERATOR_NAME": "Örnek İşletmeci A.Ş.",
            "PYTHONPATH": str(tree),
        }


class Clerk:
    """A program of one version, see `clerk.py`; a context manager that ends it."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(HERE / "clerk.py")],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.origin = f"http://127.0.0.1:{self._answer()['port']}"

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "The program ended; why stands above."
        answer: dict[str, Any] = json.loads(line)
        return answer

    def do(self, what: str, **arguments: object) -> dict[str, Any]:
        """Have something done; what came of it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": what, **arguments}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._process:  # closes its pipes, which is its sign to end, and waits
            pass


@contextmanager
def installation(folder: Path, *, empty: bool = False) -> Iterator[Installation]:
    """The version before's installation for the block, or an `empty` database for one."""
    made = Installation(folder)
    made.make(empty=empty)
    try:
        yield made
    finally:
        made.drop()
