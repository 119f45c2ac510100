import os
from datetime import UTC, datetime, time
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from katip.cli import code, demo
from katip.demo.acting import moment
from katip.demo.cast import cast_draw, cast_keep


@pytest.fixture
def environ(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Variables of the test's own, so that what a command sets stays with it."""
    own = {"PATH": os.environ["PATH"]}
    monkeypatch.setattr(os, "environ", own)
    return own


def test_the_sample_world_never_reaches_a_real_database(environ: dict[str, str], tmp_path: Path) -> None:
    environ["KATIP_DATABASE_URL"] = environ["KATIP_DATABASE_OWNER_URL"] = "postgresql://register.example/katip"
    demo.environment_set(tmp_path, 8001)
    assert not {"KATIP_DATABASE_URL", "KATIP_DATABASE_OWNER_URL"} & environ.keys()
    assert environ["KATIP_DATA"] == str(tmp_path)
    assert environ["KATIP_ENV"] == "development"
    assert environ["KATIP_APPROVAL_DEADLINE_DAYS"] == "5"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [("KATIP_ENV", "production", "must not run with KATIP_ENV=production"), ("KATIP_HOST", "0.0.0.0", "loopback only")],  # noqa: S104 -- what is refused
)
def test_it_is_refused_in_production_and_off_loopback(
    environ: dict[str, str], tmp_path: Path, name: str, value: str, words: str
) -> None:
    environ[name] = value
    with pytest.raises(click.ClickException, match=words):
        demo._run(8001, tmp_path / "demo", fresh=False)
    assert not (tmp_path / "demo").exists()


def test_a_code_is_shown_to_those_who_have_one(environ: dict[str, str], tmp_path: Path) -> None:
    cast_keep(tmp_path, cast_draw())
    data = ["--data", str(tmp_path)]
    shown = CliRunner().invoke(code.command, ["employer", *data])
    assert shown.exit_code == 0
    assert len(shown.output.strip()) == 6
    assert shown.output.strip().isdigit()


@pytest.mark.parametrize(("key", "words"), [("newcomer", "two-step login is not active"), ("nobody", "The cast:")])
def test_why_there_is_no_code_is_explained(environ: dict[str, str], tmp_path: Path, key: str, words: str) -> None:
    cast_keep(tmp_path, cast_draw())
    shown = CliRunner().invoke(code.command, [key, "--data", str(tmp_path)])
    assert shown.exit_code == 1
    assert words in shown.output


def test_without_an_installation_the_way_to_one_is_told(environ: dict[str, str], tmp_path: Path) -> None:
    shown = CliRunner().invoke(code.command, ["employer", "--data", str(tmp_path)])
    assert shown.exit_code == 1
    assert "script/demo" in shown.output


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (0, "2026-11-02T16:20:00+03:00"),
        (1, "2026-10-30T16:20:00+03:00"),  # before the weekend
        (2, "2026-10-28T16:20:00+03:00"),  # before the holiday, whose eve counts
    ],
)
def test_days_of_the_story_are_working_days(days: int, expected: str) -> None:
    assert moment(datetime(2026, 11, 2, 9, 0, tzinfo=UTC), days, time(16, 20)).isoformat() == expected


def test_a_closed_data_folder_is_said_in_a_sentence(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "/closed/katip-demo.txt")

    monkeypatch.setattr(demo, "_run", refuse)
    monkeypatch.setattr(demo, "signals_set", lambda: None)
    answer = CliRunner().invoke(demo.command, ["--data", "/closed"])
    assert answer.exit_code == 1
    assert "No permission for /closed/katip-demo.txt" in answer.output
    assert "--data DIR" in answer.output
