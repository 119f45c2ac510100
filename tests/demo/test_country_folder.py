"""`katip demo country`: which folders it takes, which it makes anew, and that `katip demo` alone stays what it was."""

import json
import os
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from katip.cli import country, demo
from katip.cli.stopping import StopRequested
from katip.demo.country.workplaces import PERIOD, VERSION
from katip.demo.folder import MARKER, FolderRefusedError, folder_open

WANTED = {"version": VERSION, "workplaces": 300, "seed": 7, "period": PERIOD.isoformat()}
MADE = {"rows": {"registry_workplace": 300}, "files": ["terms.parquet"], "seconds": {"all": 1.0}, "peak_mib": 90}


class Made:
    """What a loading returns."""

    rows = MADE["rows"]
    files = (Path("terms.parquet"),)
    seconds: dict[str, float] = {}


@pytest.fixture(autouse=True)
def _own_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' own environment and signals stay theirs."""
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"]})
    monkeypatch.setattr(country, "signals_set", lambda: None)


@pytest.fixture
def filled(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """What was asked to be filled, instead of a database that takes its time."""
    asked: list[tuple[int, int]] = []

    def fill(_environment: object, workplaces: int, seed: int) -> Made:
        asked.append((workplaces, seed))
        return Made()

    monkeypatch.setattr(country, "_fill", fill)
    return asked


def run(data: Path, *options: str) -> Any:
    return CliRunner().invoke(demo.command, ["country", "--workplaces", "300", "--data", str(data), *options])


def state_write(data: Path, **changes: object) -> None:
    folder_open(data, fresh=False)
    (data / country.STATE).write_text(json.dumps(WANTED | {"finished": True} | MADE | changes))


def test_a_new_folder_is_filled_and_used_again(filled: list[tuple[int, int]], tmp_path: Path) -> None:
    data = tmp_path / "country"
    first, second = run(data), run(data)
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    assert filled == [(300, 7)]
    assert "holds this country already" in second.output
    assert (data / MARKER).is_file()
    assert json.loads((data / country.STATE).read_text())["finished"] is True


def test_fresh_makes_it_anew(filled: list[tuple[int, int]], tmp_path: Path) -> None:
    state_write(tmp_path)
    assert run(tmp_path, "--fresh").exit_code == 0
    assert filled == [(300, 7)]


@pytest.mark.parametrize("changes", [{"finished": False}, {"version": 0}, {"finished": False, "workplaces": 5}])
def test_what_is_unfinished_or_old_is_made_anew(
    filled: list[tuple[int, int]], tmp_path: Path, changes: dict[str, object]
) -> None:
    state_write(tmp_path, **changes)
    (tmp_path / "left.parquet").touch()
    assert run(tmp_path).exit_code == 0
    assert filled == [(300, 7)]
    assert not (tmp_path / "left.parquet").exists()


@pytest.mark.parametrize("changes", [{"workplaces": 5}, {"seed": 8}, {"period": "2026-09-01"}])
def test_another_finished_country_is_not_replaced_unasked(
    filled: list[tuple[int, int]], tmp_path: Path, changes: dict[str, object]
) -> None:
    state_write(tmp_path, **changes)
    refused = run(tmp_path)
    assert refused.exit_code == 1
    assert "--fresh" in refused.output
    assert filled == []


def test_a_folder_that_is_being_filled_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(*_: object) -> None:
        assert json.loads((tmp_path / country.STATE).read_text())["finished"] is False
        raise FolderRefusedError("stopped")

    monkeypatch.setattr(country, "_fill", stop)
    assert "stopped" in run(tmp_path).output
    assert json.loads((tmp_path / country.STATE).read_text())["finished"] is False


def test_whoever_stops_it_does_not_take_it_for_finished(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def stop(*_: object) -> None:
        raise StopRequested

    monkeypatch.setattr(country, "_fill", stop)
    stopped = run(tmp_path)
    assert stopped.exit_code == 1
    assert "made anew" in stopped.output


@pytest.mark.parametrize(("marked", "words"), [(True, "holds the sample world"), (False, "something else than Katip")])
def test_other_folders_are_refused_and_left_alone(
    filled: list[tuple[int, int]], tmp_path: Path, marked: bool, words: str
) -> None:
    (tmp_path / "cast.json").write_text("{}")
    if marked:
        (tmp_path / MARKER).touch()
    refused = run(tmp_path)
    assert refused.exit_code == 1
    assert words in refused.output
    assert (tmp_path / "cast.json").exists()
    assert filled == []


def test_it_never_reaches_a_real_database(filled: list[tuple[int, int]], tmp_path: Path) -> None:
    os.environ["KATIP_DATABASE_URL"] = os.environ["KATIP_DATABASE_OWNER_URL"] = "postgresql://register.example/katip"
    assert run(tmp_path / "country").exit_code == 0
    assert not {"KATIP_DATABASE_URL", "KATIP_DATABASE_OWNER_URL"} & os.environ.keys()
    os.environ["KATIP_ENV"] = "production"
    assert "must not run with KATIP_ENV=production" in run(tmp_path / "other").output


def test_the_bare_command_still_runs_the_sample_world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ran: list[tuple[int, Path, bool]] = []

    def note(port: int, data: Path, *, fresh: bool) -> None:
        ran.append((port, data, fresh))
        raise click.ClickException("enough")

    monkeypatch.setattr(demo, "_run", note)
    monkeypatch.setattr(demo, "signals_set", lambda: None)
    CliRunner().invoke(demo.command, ["--port", "8021", "--data", str(tmp_path), "--fresh"])
    assert ran == [(8021, tmp_path, True)]
