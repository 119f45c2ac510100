"""The database server: whether it answers each login, what it is like, and what stands between."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg

from katip.core.environment import Environment
from katip.core.finding import Finding, fine, problem, warning
from katip.core.postgres import server_find

_OLDEST = 150000
_APART_SECONDS, _FAR_APART_SECONDS = 2.0, 15.0
_SLOW_SECONDS = 0.02
_TRIES = 8
_FULL = 0.85
_TURNING_DISK = 4.0
_LONG_HOURS = 1

_LOST = "What was answered as done could be lost with the power."

Address = dict[str, Any]


def addresses(environment: Environment) -> dict[str, Address]:
    """Each address of the database that is set, by its variable; the embedded server's own where none is."""
    from psycopg.conninfo import conninfo_to_dict

    urls = {
        "KATIP_DATABASE_URL": environment.database_url,
        "KATIP_DATABASE_WORK_URL": getattr(environment, "database_work_url", ""),
        "KATIP_DATABASE_OWNER_URL": environment.database_owner_url,
    }
    found: dict[str, Address] = {name: dict(conninfo_to_dict(url)) for name, url in urls.items() if url}
    if not environment.database_url and (server := server_find(environment.data)):
        found["the embedded database"] = dict(server.dsn("application"))
    return {
        name: {"connect_timeout": environment.database_connect_seconds, **address} for name, address in found.items()
    }


def connect(address: Address) -> psycopg.Connection[Any]:
    """A connection of its own, outside Django's."""
    return psycopg.connect(**address, autocommit=True)


def answers_look(environment: Environment) -> Iterator[Finding]:
    """Whether each login gets in."""
    for name, address in addresses(environment).items():
        try:
            with connect(address) as connection:
                connection.execute("SELECT 1")
        except psycopg.Error as error:
            reason = str(error).strip().split("\n")[0]
            yield problem(
                f"{name}: no connection ({reason})",
                "Nothing works without it.",
                "Does the server run, does pg_hba.conf let this machine in, are login and password right?",
            )


def server_look(environment: Environment) -> Iterator[Finding]:
    """What the server is like."""
    name, address = next(iter(addresses(environment).items()))
    with connect(address) as connection:
        asked = time.time()
        row = connection.execute(_QUESTION).fetchone()
        took = time.time() - asked
        if row is None:
            return
        facts = dict(zip(_FACTS, row, strict=True))
        yield from _version(name, facts)
        yield from _durable(facts, is_sample=environment.demo)
        yield from _clock(facts["now"], datetime.fromtimestamp(asked + took / 2, UTC))
        yield from _copies(connection)
        yield from _room(connection)
        if (quickest := min(_ask(connection) for _ in range(_TRIES))) > _SLOW_SECONDS:
            yield warning(
                f"the shortest question takes {quickest * 1000:.0f} ms",
                "A page asks several: all of them get slow.",
                "Let the database stand near, in the network's terms.",
            )
        if not facts["ssl"] and _is_far(address):
            yield warning(
                f"{name}: the connection is not encrypted",
                "People's data travel in clear.",
                "Add sslmode=verify-full and the server's authority (sslrootcert) to the address.",
            )


def _ask(connection: psycopg.Connection[Any]) -> float:
    """Seconds of one question and its answer."""
    begun = time.monotonic()
    connection.execute("SELECT 1")
    return time.monotonic() - begun


_FACTS = ("version", "number", "recovering", "now", "encoding", "ssl", *(
    _NAMES := ("fsync", "full_page_writes", "synchronous_commit", "data_checksums", "default_transaction_isolation")
), "page_cost")  # fmt: skip
_QUESTION = f"""
SELECT current_setting('server_version'), current_setting('server_version_num')::int, pg_is_in_recovery(),
       clock_timestamp(), current_setting('server_encoding'),
       coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false),
       {", ".join(f"current_setting('{one}')" for one in _NAMES)}, current_setting('random_page_cost')::float
"""  # noqa: S608 -- names of ours


def _version(name: str, facts: dict[str, Any]) -> Iterator[Finding]:
    if facts["number"] < _OLDEST:
        yield problem(
            f"PostgreSQL {facts['version']}", "Katip needs 15 or newer.", "Bring the server to a newer version."
        )
    elif facts["recovering"]:
        yield problem(
            f"{name} leads to a standby, which takes no writes",
            "Nothing can be approved.",
            "Let the address follow the primary: a proxy that asks Patroni, or several hosts with "
            "target_session_attrs=read-write.",
        )
    else:
        yield fine(f"PostgreSQL {facts['version']}, which takes writes")
    if facts["encoding"] != "UTF8":
        yield problem(f"the database's encoding is {facts['encoding']}", "Names cannot be kept.", "Make one in UTF8.")
    if facts["default_transaction_isolation"] != "read committed":
        yield problem(
            f"transactions are {facts['default_transaction_isolation']} by default",
            "Who waits for a row would fail instead of seeing it as it became.",
            "ALTER ROLE … RESET default_transaction_isolation",
        )
    if facts["page_cost"] >= _TURNING_DISK:
        yield warning(
            "random_page_cost is that of a turning disk",
            "Lists of millions are read whole instead of by their index.",
            "On solid-state disks: ALTER DATABASE … SET random_page_cost = 1.1",
        )


def _durable(facts: dict[str, Any], *, is_sample: bool) -> Iterator[Finding]:
    if is_sample:
        return
    for name in ("fsync", "full_page_writes"):
        if facts[name] != "on":
            yield problem(f"{name} is {facts[name]}", _LOST, f"Set {name} = on in the server.")
    if facts["synchronous_commit"] not in ("on", "remote_apply"):
        yield problem(
            f"synchronous_commit is {facts['synchronous_commit']}",
            f"{_LOST} Or with the machine: nobody waits for the copy.",
            "Set it to on: in the server, the database or the login.",
        )
    if facts["data_checksums"] != "on":
        yield warning("data pages have no checksums", "A disk that forgets is found late.", "pg_checksums --enable")


def _clock(theirs: datetime, ours: datetime) -> Iterator[Finding]:
    apart = abs((theirs - ours).total_seconds())
    if apart < _APART_SECONDS:
        yield fine("this machine's clock and the database's agree")
        return
    told = (
        f"this machine's clock and the database's are {apart:,.0f} s apart",
        "Codes of the second step are refused, and what happened is dated wrong.",
        "Let both follow a time server.",
    )
    yield problem(*told) if apart > _FAR_APART_SECONDS else warning(*told)


def _copies(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute(
        "SELECT count(*), current_setting('synchronous_standby_names') FROM pg_stat_replication"
    ).fetchone()
    copies, synchronous = row or (0, "")
    if copies and not synchronous:
        yield warning(
            f"{copies} standby servers follow, and no commit waits for one",
            "What was answered just before a machine is lost would be lost with it.",
            "synchronous_mode: true in Patroni, or synchronous_standby_names (docs/cluster.md).",
        )
    elif synchronous and not copies:
        yield problem(
            "no standby server follows, and commits wait for one",
            "Nothing is written: nobody signs in, nothing is approved, no job is done.",
            "Start a standby (docs/runbooks/replica-missing.md).",
        )
    elif copies:
        yield fine(f"{copies} standby servers follow; commits wait for {synchronous}")


def _room(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    row = connection.execute(
        "SELECT count(*), current_setting('max_connections')::int, "
        "count(*) FILTER (WHERE xact_start < now() - make_interval(hours => %s)) FROM pg_stat_activity",
        [_LONG_HOURS],
    ).fetchone()
    taken, most, long = row or (0, 1, 0)
    if taken > most * _FULL:
        yield warning(
            f"{taken} of {most} connections are taken",
            "Who comes then is refused.",
            "KATIP_DATABASE_POOL smaller, a pooler between, or max_connections larger.",
        )
    if long:
        yield warning(
            f"{long} transactions have stood open for more than an hour",
            "Meanwhile no row that was replaced is cleared away: tables grow.",
            "Look in pg_stat_activity at xact_start; a month or an import may well take as long.",
        )


def ways_look(environment: Environment) -> Iterator[Finding]:
    """What stands between this machine and the server."""
    for name, address in addresses(environment).items():
        pooled = pooling(address)
        if pooled is None:
            yield fine(f"{name}: reached directly")
        elif name in ("KATIP_DATABASE_WORK_URL", "KATIP_DATABASE_OWNER_URL"):
            yield problem(
                f"{name} leads through a pooler",
                "Migrations, months and long reads hold one session: behind a pooler they lose it in the middle.",
                "Give it the server's own address.",
            )
        else:
            yield from _pooled(environment, name, by_transaction=pooled)


def _pooled(environment: Environment, name: str, *, by_transaction: bool) -> Iterator[Finding]:
    told = "a pooler of transactions" if by_transaction else "a pooler"
    yield fine(f"{name}: through {told}")
    if not getattr(environment, "database_work_url", "there is no such setting"):
        yield problem(
            f"{name} leads through {told}, and KATIP_DATABASE_WORK_URL is not set",
            "Workers and commands hold one session: behind a pooler they lose it in the middle.",
            "Set KATIP_DATABASE_WORK_URL to the server's own address, with the login for work.",
        )
    if by_transaction and environment.database_prepare:
        yield problem(
            f"{name} leads through {told}, and KATIP_DATABASE_PREPARE is true",
            "A statement that was prepared in one session is asked for in another: approvals fail.",
            "KATIP_DATABASE_PREPARE=false; or pgbouncer 1.21 or newer with max_prepared_statements.",
        )


def pooling(address: Address) -> bool | None:
    """Whether a pooler stands between that gives each transaction another session; none: no pooler stands between.

    A pooler tells its clients process ids of its own making. Two connections that stand open and are in one and the
    same process of the server prove that it gives sessions away after each transaction.
    """
    pid = "SELECT pg_backend_pid()"
    with connect(address) as first, connect(address) as second:
        row = first.execute(pid).fetchone()
        if row == (first.info.backend_pid,):
            return None
        for _ in range(_TRIES):
            row = first.execute(pid).fetchone()
            with second.transaction():
                if second.execute(pid).fetchone() == row:
                    return True
    return False


def _is_far(address: Address) -> bool:
    from katip.core.environment import is_loopback

    hosts = str(address.get("host", "")).split(",")
    return any(host and not host.startswith("/") and not is_loopback(host) for host in hosts)
