"""A real pgbouncer in transaction mode before the tests' database, with so few connections that all share them."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from django.db import connections

from katip.core.postgres.account import account_choose
from katip.core.postgres.places import places_find

PORT = 6432
PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
_WAIT_SECONDS = 10
_CONFIG = """\
[databases]
{name} = host={host} port={port} user={user} password={password} {options}
[pgbouncer]
unix_socket_dir = {folder}
listen_port = {listen}
listen_addr =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
ignore_startup_parameters = extra_float_digits, options
pidfile =
"""


@contextmanager
def pooled(size: int) -> Iterator[Mapping[str, Any]]:
    """Run it with `size` connections to the server; gives what `psycopg.connect` needs. It runs as the server does."""
    places = places_find(Path(os.environ["KATIP_DATA"]))
    assert places is not None and PROGRAM is not None  # noqa: PT018 -- asked before
    account = account_choose(places.cluster)
    folder = Path(mkdtemp(prefix="katip-pooler-", dir="/tmp"))
    account.own(folder)
    given = connections["default"].settings_dict
    config = folder / "pgbouncer.ini"
    config.write_text(
        _CONFIG.format(
            name=given["NAME"],
            host=given["HOST"],
            port=given["PORT"],
            user=given["USER"],
            password=given["PASSWORD"],
            options="",
            folder=folder,
            listen=PORT,
            size=size,
        )
    )
    account.own(config)
    with (folder / "log").open("wb") as log:
        process = account.popen([PROGRAM, str(config)], log=log.fileno())
    try:
        _await(folder / f".s.PGSQL.{PORT}", process, folder / "log")
        yield {"host": str(folder), "port": PORT, "dbname": given["NAME"], "user": given["USER"]}
    finally:
        process.terminate()
        process.wait(_WAIT_SECONDS)
        shutil.rmtree(folder)


def _await(path: Path, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < end:
        with socket.socket(socket.AF_UNIX) as tried:
            try:
                tried.connect(str(path))
            except OSError:
                assert process.poll() is None, log.read_text()
                time.sleep(0.02)
            else:
                return
    raise AssertionError(log.read_text())
