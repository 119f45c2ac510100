"""What Katip is made of: reasons, hashes and licences are looked at, and silence is not taken for health."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from checks import dependencies
from checks.dependencies import accepted, audit, direct, explained, faults, licence_wrong, locked, sbom

TODAY = date(2026, 11, 23)


def test_everything_is_explained_locked_and_under_a_licence_that_fits() -> None:
    assert list(faults()) == []


def test_a_package_without_a_reason_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dependencies, "direct", lambda: {**direct(), "left-pad": "run"})
    monkeypatch.setattr(dependencies, "explained", lambda: {**explained(), "right-pad": "once wanted"})
    assert list(faults()) == [
        "left-pad: docs/dependencies.md gives no reason for it",
        "right-pad: docs/dependencies.md gives a reason, but nothing asks for it",
        "left-pad: in no lock",
    ]


def test_what_is_not_pinned_by_hash_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    lock = "one==1.0 \\\n    --hash=sha256:00\n    # via two\ntwo==2.0 ; sys_platform == 'win32'\nthree>=3\n"
    (tmp_path / "lock.txt").write_text(lock)
    monkeypatch.setattr(dependencies, "ROOT", tmp_path)
    assert locked("lock.txt") == {
        "one": ("1.0", "", 1),
        "two": ("2.0", "sys_platform == 'win32'", 0),
        "three>=3": ("", "", 0),
    }


@pytest.mark.parametrize(
    ("name", "licence", "wrong"),
    [
        ("a", "MIT", False),
        ("a", "License :: OSI Approved :: BSD License", False),
        ("a", "GPL-3.0-or-later", True),
        ("a", "License :: OSI Approved :: GNU Affero General Public License v3", True),
        ("a", "AGPL-3.0-only", True),
        ("a", "GPL-2.0-only OR MIT", False),
        ("a", "LGPL-3.0-only", True),
        ("psycopg", "LGPL-3.0-only", False),
        ("a", "", True),
        ("a", "Proprietary", True),
    ],
)
def test_licences(name: str, licence: str, wrong: bool) -> None:
    assert bool(licence_wrong(name, licence)) == wrong


SKIPPED = {"name": "y", "skip_reason": "Dependency not found"}


@pytest.mark.parametrize(
    ("answers", "status", "said"),
    [
        ([[]], 0, ["!!! NOT AUDITED: no source"]),  # nobody there
        ([[SKIPPED]], 0, ["!!! NOT AUDITED: no source"]),  # a mirror, which has packages and no advisories
        ([[{"name": "x"}], []], 0, ["!!! NOT AUDITED: no source"]),  # there, and gone in the middle
        ([[{"name": "x"}], [SKIPPED]], 0, ["!!! NOT AUDITED: no source"]),
        (
            [[{"name": "x"}], [{"name": "x", "vulns": []}, {"name": "z", "vulns": []}]],
            0,
            ["2 packages, no known weakness."],
        ),
        (
            [[{"name": "x"}], [{"name": "x", "vulns": []}, SKIPPED]],
            0,
            ["!!! NOT AUDITED: y: Dependency not found", "1 packages, no known weakness; 1 not audited."],
        ),
        (
            [[{"name": "x"}], [SKIPPED, {"name": "x", "version": "1", "vulns": [{"id": "GHSA-1"}]}]],
            1,
            ["!!! NOT AUDITED: y: Dependency not found", 'x 1: [{"id": "GHSA-1"}]'],
        ),
    ],
)
def test_a_weakness_fails_and_silence_is_said_aloud(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answers: list[Any],
    status: int,
    said: list[str],
) -> None:
    told = iter(answers)
    monkeypatch.setattr(dependencies, "_asked", lambda *_: next(told))
    assert audit(TODAY) == status
    lines = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("!!! Run this")]
    assert [line[: len(words)] for line, words in zip(lines, said, strict=True)] == said


def test_a_source_is_asked_first_about_one_that_everybody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()

    class Done:
        stdout = json.dumps({"dependencies": [SKIPPED]})

    def run(arguments: list[str], **_: Any) -> type[Done]:
        asked.append(Path(arguments[arguments.index("--requirement") + 1]).read_text())
        return Done

    monkeypatch.setattr("subprocess.run", run)
    assert audit(TODAY) == 0
    (alone,) = asked
    assert (alone.count("=="), alone.startswith("django==")) == (1, True)


def test_an_excuse_holds_until_its_day(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "accepted.txt"
    path.write_text("# name day reason\nGHSA-1 2026-11-23 never called\nGHSA-2 2026-11-22 was never called\n")
    monkeypatch.setattr(dependencies, "ACCEPTED", path)
    assert accepted(TODAY) == {"GHSA-1": "never called"}


def test_the_bill_of_materials_has_all_that_runs(tmp_path: Path) -> None:
    assert sbom(tmp_path / "katip.json") == 0
    bill = json.loads((tmp_path / "katip.json").read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert len(bill["components"]) == len(locked("requirements.txt"))
    assert bill["metadata"]["component"]["name"] == "katip"
