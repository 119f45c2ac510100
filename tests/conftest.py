"""The test database: made and emptied by the owner, used by the application's own login, as in production."""

import fcntl
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

if TYPE_CHECKING:
    from tests.cast import World

REFERENCE_TABLES = {
    "django_migrations",
    "django_content_type",
    "registry_province",
    "registry_district",
    "registry_activity",
    "registry_activityhazard",
}

SHAPE = "test_katip_shape"
"""the migrated database, before rights are given: some are the database's own and not copied"""

APPEND_ONLY = ("audit_event", "audit_eventdetail", "audit_logentry", "audit_logtile", "audit_checkpoint")


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Make this worker's database as the owner, and point the application's login at it."""
    from django.core.management import call_command
    from django.db import connections

    from katip.core.grants import grants_apply
    from katip.core.rows import rows_apply, rows_enable
    from tests.door import requests_guard, web_login_take

    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    name = f"test_katip_{worker}"
    with django_db_blocker.unblock():
        owner, application = connections["owner"], connections["default"]
        house = owner.settings_dict["NAME"]  # owner's own database, katip: the only one it may enter until now
        with one_worker():
            shaped = _database_make(owner, name)
            for connection in (owner, application):
                connection.close()
                connection.settings_dict["NAME"] = name
                connection.settings_dict["OPTIONS"].pop("pool", None)
            web_login_take()
            requests_guard()
            if not shaped:
                call_command("migrate", database="owner", verbosity=0, interactive=False)
                call_command("createcachetable", database="owner", verbosity=0)
                if worker != "main":
                    _shape_keep(owner, house, name)
        grants_apply("owner")
        rows_apply("owner")
        rows_enable("owner")
    yield
    with django_db_blocker.unblock():
        for connection in (owner, application):
            connection.close()


@contextmanager
def one_worker() -> Iterator[None]:
    """One worker at a time."""
    with (Path(os.environ["KATIP_DATA"]) / "worker.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _database_make(owner: Any, name: str) -> bool:
    """This worker's database: a copy of the migrated one, where another worker has made that; returns whether it is."""
    with owner.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        cursor.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [SHAPE])
        shaped = bool(cursor.fetchone() == (1,))
        cursor.execute(f'CREATE DATABASE "{name}"' + (f" TEMPLATE {SHAPE}" if shaped else ""))
    return shaped


def _shape_keep(owner: Any, house: str, name: str) -> None:
    """Keep the migrated database for the workers that come later: migrations take some ten seconds of a processor."""
    owner.close()
    given = owner.get_connection_params() | {"dbname": house, "cursor_factory": None}
    with psycopg.connect(**given, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE {SHAPE} TEMPLATE "{name}"')


def owner_connect() -> psycopg.Connection[Any]:
    """A connection of the owner to this worker's database, beside Django's, which tests may not use for it."""
    from django.db import connections

    return psycopg.connect(**connections["owner"].get_connection_params() | {"cursor_factory": None}, autocommit=True)


def _flush_as_owner(*_: Any, **__: Any) -> None:
    """Empty what a test has written; the facts that ship with the program stay.

    Most tables are empty: the few others are deleted from, which is a good deal quicker than to truncate all.
    References are asked for at the commit, when none is left.
    """
    with owner_connect() as connection, connection.transaction():
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        names = sorted({name for (name,) in tables} - REFERENCE_TABLES)
        asked = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT FROM {name})" for name in names)  # noqa: S608 -- tables of ours
        written = [name for (name,) in connection.execute(asked).fetchall()]
        guarded = [name for name in written if name in APPEND_ONLY]
        connection.execute("SET CONSTRAINTS ALL DEFERRED")
        for name in guarded:
            connection.execute(f"ALTER TABLE {name} DISABLE TRIGGER USER")
        for name in written:
            connection.execute(f"DELETE FROM {name}")  # noqa: S608 -- as above
        connection.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an altered table must have nothing pending
        for name in guarded:
            connection.execute(f"ALTER TABLE {name} ENABLE TRIGGER USER")
        kept = [f"{name}_id_seq" for name in REFERENCE_TABLES]
        connection.execute(
            "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S' AND relname <> ALL(%s)", [kept]
        )


@pytest.fixture(autouse=True, scope="session")
def _owner_flushes() -> None:
    """The application's login cannot truncate; Django's own flush would try."""
    from django.test import TransactionTestCase

    TransactionTestCase._fixture_teardown = _flush_as_owner  # type: ignore[attr-defined] # a hook that the stubs leave out


@pytest.fixture(autouse=True)
def _loggers_speak() -> None:
    """What is logged can be read in every test: a library that sets logging up anew silences what was there before."""
    logging.disable(logging.NOTSET)
    for name, logger in logging.Logger.manager.loggerDict.items():
        if name.partition(".")[0] == "katip" and isinstance(logger, logging.Logger):
            logger.disabled, logger.propagate = False, True


@pytest.fixture(autouse=True)
def _plain_static(settings: Any) -> None:
    """Pages name their assets without the manifest that `katip serve` makes; whitenoise asks for the folder."""
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }


@pytest.fixture(autouse=True)
def _light_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same hashers with the smallest figures: what they cost is not what is tested."""
    from katip.identity import recovery
    from katip.identity.hashing import PasswordHasher

    monkeypatch.setattr(recovery, "COST", 2)
    for name, figure in (("time_cost", 1), ("memory_cost", 64), ("parallelism", 1)):
        monkeypatch.setattr(PasswordHasher, name, figure)


@pytest.fixture
def world(db: None) -> "World":
    """The tests' own cast, see `tests.cast`."""
    from tests.cast import world_make

    return world_make()
