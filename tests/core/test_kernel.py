"""The kernel: settings from the environment, keys, sealing, the demo's guard, and the use case's one transaction."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.core.checks import run_checks
from django.db import connection, transaction
from pydantic import ValidationError

from katip.audit.models import Event
from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor, Capacity
from katip.core.checks import demo_errors, transport_warnings
from katip.core.crypto import lookup_key, seal, unseal
from katip.core.environment import Environment, is_loopback
from katip.core.errors import PermissionRefusedError
from katip.core.keys import key_load
from katip.core.usecase import acting_as, use_case

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)


# --- environment -------------------------------------------------------------------------------------------


def test_without_a_word_the_installation_is_production_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("KATIP_ENV", "KATIP_DATA", "KATIP_OPERATOR_NAME"):
        monkeypatch.delenv(name, raising=False)
    plain = Environment()
    assert (plain.env, plain.demo, plain.host, plain.port) == ("production", False, "127.0.0.1", 8000)
    assert (plain.operator_is_ministry, plain.idle_minutes, plain.step_up_minutes) == (False, 20, 15)
    assert plain.data == Path(__file__).parents[2] / "var" / "katip"


@pytest.mark.parametrize(
    ("name", "value"),
    [("KATIP_ENV", "staging"), ("KATIP_PORT", "http"), ("KATIP_DEMO", "perhaps"), ("KATIP_IDLE_MINUTES", "")],
)
def test_a_value_that_does_not_fit_stops_the_start(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("KATIP_").lower()):
        Environment()


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ({}, "http://localhost:8000"),
        ({"host": "::1", "port": 81}, "http://localhost:81"),
        ({"host": "10.0.0.5"}, "http://10.0.0.5:8000"),
        ({"public_url": "https://katip.ornek.com.tr/"}, "https://katip.ornek.com.tr"),
    ],
)
def test_the_origin_is_the_address_that_people_type(given: dict[str, Any], origin: str) -> None:
    assert Environment(**given).origin == origin


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("[::1]", True),
        ("localhost", True),
        ("0.0.0.0", False),  # noqa: S104 -- the address that must not pass
        ("::", False),
        ("192.168.1.2", False),
        ("localhost.ornek.com", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_alone(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


# --- the demo's guard ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({"demo": True, "env": "development"}, []),
        ({"demo": True, "env": "production"}, ["katip.E001"]),
        ({"demo": True, "env": "development", "host": "0.0.0.0"}, ["katip.E002"]),  # noqa: S104 -- as above
        ({"demo": True, "env": "production", "host": "10.0.0.5"}, ["katip.E001", "katip.E002"]),
        ({"demo": True, "env": "development", "public_url": "https://katip.example"}, ["katip.E004"]),
        ({"demo": False, "env": "production"}, []),
    ],
)
def test_demo_mode_stays_on_this_machine_and_out_of_production(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], codes: list[str]
) -> None:
    environment = Environment(**given)
    assert [error.id for error in demo_errors(environment)] == codes
    monkeypatch.setattr(settings, "KATIP", environment)
    assert [error.id for error in run_checks() if str(error.id).startswith("katip.")] == codes


@pytest.mark.parametrize(
    ("given", "codes"),
    [
        ({}, []),
        ({"host": "10.0.0.5"}, ["katip.W001"]),
        ({"host": "10.0.0.5", "public_url": "http://katip.example"}, ["katip.W001"]),
        ({"host": "10.0.0.5", "public_url": "https://katip.example"}, []),
        ({"host": "10.0.0.5", "env": "development"}, []),
    ],
)
def test_passwords_in_clear_off_this_machine_are_warned_of(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any], codes: list[str]
) -> None:
    environment = Environment(**{"env": "production", "operator_name": "x", "help_phone": "8500000000"} | given)
    assert [warning.id for warning in transport_warnings(environment)] == codes
    monkeypatch.setattr(settings, "KATIP", environment)
    assert [message.id for message in run_checks() if str(message.id).startswith("katip.")] == codes


@pytest.mark.parametrize(("host", "hosts"), [("127.0.0.1", ["127.0.0.1", "localhost"]), ("10.0.0.5", ["10.0.0.5"])])
def test_localhost_is_answered_on_loopback_only(host: str, hosts: list[str]) -> None:
    said = subprocess.run(
        [sys.executable, "-c", "from katip.config import settings; print(*settings.ALLOWED_HOSTS)"],
        env=os.environ | {"KATIP_HOST": host, "KATIP_PUBLIC_URL": ""},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == hosts


# --- keys and sealing ------------------------------------------------------------------------------------------


def test_a_key_is_made_once_and_private(tmp_path: Path) -> None:
    folder = tmp_path / "keys"
    first = key_load(folder, "field_key")
    assert key_load(folder, "field_key") == first != key_load(folder, "lookup_key")
    assert (folder.stat().st_mode & 0o777, (folder / "field_key").stat().st_mode & 0o777) == (0o700, 0o600)
    Fernet(first)


def test_a_given_key_leaves_no_file(tmp_path: Path) -> None:
    assert key_load(tmp_path / "keys", "field_key", "given") == "given"
    assert not (tmp_path / "keys").exists()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644])
def test_a_key_that_others_can_read_is_refused_with_the_cure(tmp_path: Path, mode: int) -> None:
    key_load(tmp_path, "field_key")
    (tmp_path / "field_key").chmod(mode)
    with pytest.raises(PermissionError, match="chmod 600"):
        key_load(tmp_path, "field_key")


def test_a_sealed_text_opens_under_its_key_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = seal("gizli ğ")
    assert b"gizli" not in sealed
    assert sealed != seal("gizli ğ")
    assert unseal(sealed) == unseal(memoryview(sealed)) == "gizli ğ"
    monkeypatch.setattr(settings, "KATIP_FIELD_KEY", Fernet.generate_key().decode())
    with pytest.raises(InvalidToken):
        unseal(sealed)


def test_the_lookup_key_depends_on_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    first = lookup_key("10000000146")
    assert (len(first), lookup_key("10000000146"), lookup_key("10000000147") == first) == (64, first, False)
    monkeypatch.setattr(settings, "KATIP_LOOKUP_KEY", "another")
    assert lookup_key("10000000146") != first


# --- the use case ------------------------------------------------------------------------------------------------


@use_case
def record_twice(*, actor: Actor, at: datetime, fail: bool) -> str:
    record(actor, at, Happening("core:test:first"))
    if fail:
        raise ValueError("after the first")
    record(actor, at, Happening("core:test:second"))
    return "done"


@pytest.mark.django_db(transaction=True)
def test_a_use_case_is_all_or_nothing() -> None:
    with pytest.raises(ValueError, match="after the first"):
        record_twice(actor=OPERATOR, at=AT, fail=True)
    assert not Event.objects.exists()
    assert record_twice(actor=OPERATOR, at=AT, fail=False) == "done"
    assert Event.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_a_use_case_is_never_half_of_something_else() -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        record_twice(actor=OPERATOR, at=AT, fail=False)
    assert not Event.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_database_knows_who_acts_and_forgets_it_at_once() -> None:
    def known() -> tuple[str, str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('katip.person', true), current_setting('katip.capacity', true)")
            row: tuple[str, str] = cursor.fetchone()
        return row

    with acting_as(Actor(7, Capacity.WORKPLACE, 12)):
        assert known() == ("7", "workplace:12")
    with acting_as(OPERATOR):
        assert known() == ("", "operator:")
    assert [value or "" for value in known()] == ["", ""]


@pytest.mark.parametrize(("what", "code"), [("person", "no_person"), ("organisation", "no_organisation")])
def test_whoever_acts_for_nobody_is_not_somebody(what: str, code: str) -> None:
    with pytest.raises(PermissionRefusedError) as refused:
        getattr(OPERATOR, what)
    assert refused.value.code == code
