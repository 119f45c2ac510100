"""`katip keys`, and what every command does where a machine has other keys than the database was begun with."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import click
import pytest
from click.testing import CliRunner
from django.db import connection

from katip.cli.agreed import Agreement, keys_agree
from katip.cli.keys import command
from katip.core.fingerprints import fingerprint, keys_held
from katip.core.keys import KeyMissingError, key_load, random_key
from katip.core.models import Fact


@pytest.fixture
def url(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The environment of a new machine that is told where the database is."""
    asked: dict[str, Any] = connection.get_connection_params()
    login, place = f"{asked['user']}:{quote(asked['password'])}", f"host={quote(asked['host'], safe='')}"
    found = f"postgresql://{login}@/{asked['dbname']}?{place}&port={asked['port']}"
    monkeypatch.setenv("KATIP_DATABASE_URL", found)
    monkeypatch.setenv("KATIP_DATA", str(tmp_path))
    monkeypatch.setenv("KATIP_LOG_ORIGIN", "katip.example/kayit")
    return found


def test_a_key_is_not_drawn_anew_where_it_must_not_be(tmp_path: Path) -> None:
    with pytest.raises(KeyMissingError, match="katip keys make"):
        key_load(tmp_path / "keys", "field_key", make=None)
    assert not (tmp_path / "keys").exists()
    made = key_load(tmp_path / "keys", "field_key")
    assert key_load(tmp_path / "keys", "field_key", make=None) == made


@pytest.mark.django_db(transaction=True)
def test_a_new_installation_gets_its_keys_once(url: str, tmp_path: Path) -> None:
    first, second = (CliRunner().invoke(command, ["make"]) for _ in range(2))
    assert first.exit_code == second.exit_code == 0, first.output
    assert first.output.count("made") == 4
    assert "the log is named katip.example/kayit" in first.output
    assert second.output.count("there already") == 4
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


@pytest.mark.django_db(transaction=True)
def test_none_is_made_where_the_database_was_begun_with_keys(url: str, tmp_path: Path) -> None:
    assert keys_agree()
    answer = CliRunner().invoke(command, ["make"])
    assert answer.exit_code == 1
    assert "begun with another secret_key" in answer.output
    assert not (tmp_path / "keys" / "secret_key").exists()


def test_a_database_that_is_away_leaves_it_open_whether_it_is_new(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KATIP_DATABASE_URL", f"postgresql://login:sesame@/katip?host={quote(str(tmp_path), safe='')}")
    monkeypatch.setenv("KATIP_DATA", str(tmp_path))
    answer = CliRunner().invoke(command, ["make"])
    assert answer.exit_code == 1
    assert "does not answer" in answer.output
    assert "sesame" not in answer.output
    assert not (tmp_path / "keys").exists()


@pytest.mark.django_db
def test_the_first_machine_tells_its_keys_and_another_with_others_is_refused(settings: Any) -> None:
    assert all(not one.there for one in keys_held())
    assert keys_agree()
    assert all(one.here == one.there for one in keys_held())
    settings.KATIP_FIELD_KEY = random_key()
    with pytest.raises(click.ClickException, match="field_key of this machine") as refused:
        keys_agree()
    assert "katip keys adopt" not in refused.value.message  # nothing could be read with another one
    assert settings.KATIP_FIELD_KEY not in refused.value.message


@pytest.mark.django_db
def test_a_key_of_sessions_is_replaced_on_purpose(settings: Any) -> None:
    keys_agree()
    settings.SECRET_KEY = random_key()
    with pytest.raises(click.ClickException, match="katip keys adopt secret_key"):
        keys_agree()
    told = CliRunner().invoke(command, ["show"])
    assert told.exit_code == 1
    assert told.output.count("DIFFERENT") == 1
    assert CliRunner().invoke(command, ["adopt", "secret_key"]).exit_code == 0
    assert keys_agree()
    assert CliRunner().invoke(command, ["adopt", "field_key"]).exit_code == 2


def test_a_fingerprint_tells_nothing_of_its_key() -> None:
    key = random_key()
    assert fingerprint(key) == fingerprint(key)
    assert fingerprint(key) not in key
    assert fingerprint(key) != fingerprint(random_key())


@pytest.mark.django_db(transaction=True)
def test_a_database_that_was_away_is_asked_later(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([False, True])
    asked: list[bool] = []

    def agree() -> bool:
        asked.append(next(answers))
        return asked[-1]

    monkeypatch.setattr("katip.cli.agreed.keys_agree", agree)
    monkeypatch.setattr("katip.cli.agreed._AGAIN_SECONDS", 0)
    agreement = Agreement()
    for _ in range(4):
        agreement.look()
    assert asked == [False, True]
    assert not Fact.objects.exists()
