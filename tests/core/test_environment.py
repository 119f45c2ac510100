"""What is read from variables and files; that a wrong value is told, and never shown."""

import logging
import traceback
from pathlib import Path

import pytest
from click.testing import CliRunner

from katip.cli.main import unknown_told
from katip.cli.settings_page import page
from katip.core.choices.secrets import is_secret
from katip.core.environment import Environment, SettingsError, environment_read, unknown_find, variable

SESAME = "sesam-öffne-dich-4711"


def test_every_setting_can_stand_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, content in (("field_key", "a key\n"), ("port", "8123\r\n"), ("keep", '{"session": "7d"}\n')):
        (tmp_path / name).write_text(content, "utf-8", newline="")
        monkeypatch.setenv(f"{variable(name)}_FILE", str(tmp_path / name))
    found = environment_read()
    assert (found.field_key, found.port, found.keep) == ("a key", 8123, {"session": "7d"})
    assert found.model_fields_set >= {"field_key", "port", "keep"}  # what is put away with a backup


def test_a_file_and_a_variable_at_once_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("another", "utf-8")
    monkeypatch.setenv("KATIP_FIELD_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("KATIP_FIELD_KEY", SESAME)
    with pytest.raises(SettingsError, match="KATIP_FIELD_KEY and KATIP_FIELD_KEY_FILE are both set") as refused:
        environment_read()
    assert SESAME not in str(refused.value)


def test_a_file_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("KATIP_FIELD_KEY_FILE", str(tmp_path / "none"))
    with pytest.raises(SettingsError, match=r"KATIP_FIELD_KEY_FILE: .*none cannot be read \(No such file"):
        environment_read()


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("KATIP_PORT", SESAME, "KATIP_PORT: Input should be a valid integer"),
        ("KATIP_SENDERS", "65", "KATIP_SENDERS: Input should be less than or equal to 64"),
        ("KATIP_DATABASE_URL", f"postgres:/katip:{SESAME}@host", "KATIP_DATABASE_URL: Value error, is no address"),
        ("KATIP_KEEP", f"{{{SESAME}", "KATIP_KEEP"),
    ],
)
def test_a_wrong_value_is_told_in_words_and_never_shown(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        environment_read()
    assert told in str(refused.value)
    assert SESAME not in "".join(traceback.format_exception(refused.value))


def test_secrets_are_left_out_where_settings_are_printed(caplog: pytest.LogCaptureFixture) -> None:
    secrets = [name for name, field in Environment.model_fields.items() if is_secret(field)]
    held = Environment(**dict.fromkeys(secrets, f"postgresql://katip:{SESAME}@host"), operator_name="Örnek")  # type: ignore[arg-type] # texts
    logging.getLogger("katip").warning("%s %r", held, held)
    assert "Örnek" in caplog.text
    assert SESAME not in caplog.text
    assert all(SESAME in getattr(held, name) for name in secrets)


def test_what_is_named_like_a_secret_is_one() -> None:
    named = [
        name
        for name, field in Environment.model_fields.items()
        if name.endswith(("_key", "_passphrase", "_authorization", "database_url", "owner_url", "work_url", "smtp_url"))
        and field.annotation is str
    ]
    assert len(named) > 6
    assert not [name for name in named if not is_secret(Environment.model_fields[name])]


def test_an_unknown_name_is_warned_of_with_the_nearest_known_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    environ = {"KATIP_DATABSE_URL": SESAME, "KATIP_XYZ": "1", "KATIP_PORT": "1", "KATIP_SMTP_URL_FILE": "x", "PATH": ""}
    assert unknown_find(environ) == {"KATIP_DATABSE_URL": "KATIP_DATABASE_URL", "KATIP_XYZ": ""}
    for name in list(environ):
        monkeypatch.setenv(name, environ[name])
    unknown_told()
    told = capsys.readouterr().err
    assert "Warning: KATIP_DATABSE_URL is no setting; do you mean KATIP_DATABASE_URL?" in told
    assert "KATIP_XYZ is no setting." in told
    assert SESAME not in told


def test_every_setting_says_what_it_is() -> None:
    assert all(field.description for field in Environment.model_fields.values())
    assert all("|" not in (field.description or "") for field in Environment.model_fields.values())
    assert sum(line.startswith("| `KATIP_") for line in page()) == len(Environment.model_fields)


def test_the_command_says_a_wrong_setting_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    import click

    from katip.cli.main import settings_told

    @click.command()
    def asks() -> None:
        with settings_told():
            environment_read()

    monkeypatch.setenv("KATIP_PORT", SESAME)
    answer = CliRunner().invoke(asks)
    assert answer.exit_code == 1
    assert answer.output.startswith("Error: KATIP_PORT: Input should be a valid integer")
