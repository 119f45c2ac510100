"""The product as a process of its own, with its sample world, and what a test may do to it from outside."""

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.fernet import Fernet
from django.core import signing

from katip.core.postgres import server_find, server_remove
from katip.demo.cast import Entry, cast_find, totp_code

ROOT = Path(__file__).parents[2]
SESSION_SALT = "django.contrib.sessions.SessionStore"
CODE_SECONDS = 30
PATIENCE = 60


@dataclass
class Product:
    """A running `katip demo`: where it is, who signs in, and its data folder."""

    origin: str
    data: Path
    log: Path
    cast: dict[str, Entry]
    states: dict[str, Any] = field(default_factory=dict)
    _used: dict[str, set[int]] = field(default_factory=dict)

    def code(self, key: str) -> str:
        """A second-step code of this person that has not been used here yet; each works once."""
        used, now = self._used.setdefault(key, set()), int(time.time()) // CODE_SECONDS
        counter = next(counter for counter in (now, now + 1, now - 1) if counter not in used)
        used.add(counter)
        return self.code_of(key, counter)

    def code_of(self, key: str, counter: int) -> str:
        """The code of one half minute, counted from 1970."""
        return self.code_by(self.cast[key].totp_secret or "", counter)

    def code_by(self, secret: str, counter: int) -> str:
        """The code that a code app with this secret shows in one half minute, counted from 1970."""
        return totp_code(secret, datetime.fromtimestamp(counter * CODE_SECONDS, UTC))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What stands in the database, as its owner sees it."""
        server = server_find(self.data)
        assert server
        with psycopg.connect(**server.dsn("owner"), autocommit=True) as connection:
            cursor = connection.execute(query.encode(), values)
            return cursor.fetchall() if cursor.description else []

    def process(self, sgk_number: str, code: int) -> int:
        """The number of the process of this kind at this workplace."""
        query = (
            "SELECT p.id FROM processes_process p JOIN registry_workplace w ON w.id = p.workplace_id "
            "WHERE w.sgk_number = %s AND p.code = %s"
        )
        ((number,),) = self.rows(query, sgk_number, code)
        return int(number)

    def decisions(self, process: int, party: str = "employer") -> list[tuple[str, str]]:
        """Who decided this party's step of the process, and how."""
        query = (
            "SELECT h.given_name || ' ' || h.family_name, d.outcome FROM processes_decision d "
            "JOIN processes_step s ON s.id = d.step_id JOIN identity_person h ON h.id = d.person_id "
            "WHERE s.process_id = %s AND s.party = %s"
        )
        return [(str(name), str(outcome)) for name, outcome in self.rows(query, process, party)]

    @contextmanager
    def held(self, process: int, *, until: int) -> Iterator[None]:
        """Hold a process in the database while the block sends requests that decide it; let go when `until` wait."""
        server = server_find(self.data)
        assert server
        with psycopg.connect(**server.dsn("owner")) as connection:
            connection.execute("SELECT FROM processes_process WHERE id = %s FOR UPDATE", [process])
            yield
            deadline, waiting = time.monotonic() + PATIENCE, 0
            while waiting < until:
                assert time.monotonic() < deadline, f"only {waiting} of {until} requests came"
                ((waiting,),) = self.rows("SELECT count(*) FROM pg_locks WHERE NOT granted")

    def mandates_import(self, *lines: str) -> None:
        """Bring in a list of mandates with the operator's command."""
        with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
            file.write("\n".join(["national_id,capacity,organisation,valid_from,valid_to", *lines, ""]))
            file.flush()
            command = [sys.executable, "-P", "-m", "katip", "import", "mandates", file.name]
            subprocess.run(command, check=True, cwd=ROOT, env=_environment(self.data), stdout=subprocess.DEVNULL)

    @contextmanager
    def program(self, module: str, *words: str) -> Iterator[subprocess.Popen[str]]:
        """One of the product's programs, spoken to by lines, for as long as the block runs."""
        process = subprocess.Popen(
            [sys.executable, "-P", "-u", "-m", module, *words],
            cwd=ROOT,
            env=_environment(None),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield process
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)

    def session_age(self, session_key: str, *, minutes: int) -> None:
        """Let a session look as if its person signed in, and was last seen, that much earlier."""
        ((written,),) = self.rows("SELECT session_data FROM django_session WHERE session_key = %s", session_key)
        secret = (self.data / "keys" / "secret_key").read_text("ascii").strip()
        fernet = Fernet((self.data / "keys" / "field_key").read_text("ascii").strip())

        class Sealed:
            def dumps(self, obj: Any) -> bytes:
                return fernet.encrypt(json.dumps(obj).encode())

            def loads(self, data: bytes) -> Any:
                return json.loads(fernet.decrypt(data))

        kept: dict[str, Any] = signing.loads(written, key=secret, salt=SESSION_SALT, serializer=Sealed)
        kept["seen_at"] = kept.get("seen_at", time.time()) - minutes * 60
        for method in kept.get("account_authentication_methods", []):
            method["at"] -= minutes * 60
        aged = signing.dumps(kept, key=secret, salt=SESSION_SALT, serializer=Sealed, compress=True)
        self.rows("UPDATE django_session SET session_data = %s WHERE session_key = %s", aged, session_key)


@contextmanager
def product_run(data: Path) -> Iterator[Product]:
    """Start the product on a free port, and end it with everything that it put elsewhere."""
    port = _port_free()
    command = [sys.executable, "-P", "-m", "katip", "demo", "--port", str(port), "--data", str(data)]
    log = data.with_name("log.txt")
    with log.open("wb") as errors:
        process = subprocess.Popen(command, cwd=ROOT, env=_environment(None), stdout=subprocess.PIPE, stderr=errors)
    try:
        assert process.stdout
        said = b""
        for line in process.stdout:
            said += line
            if b"Stop with Ctrl-C" in line:
                break
        assert b"Katip is ready" in said, f"{said.decode()}\n{log.read_text('utf-8')}"
        entries = cast_find(data)
        assert entries
        yield Product(f"http://localhost:{port}", data, log, {entry.key: entry for entry in entries})
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
        server_remove(data)


def _environment(data: Path | None) -> dict[str, str]:
    """What a user's shell has; with `data`, pointed at that installation."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("KATIP_", "DJANGO_"))}
    return plain | ({"KATIP_DATA": str(data), "KATIP_ENV": "development"} if data else {})


def _port_free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
