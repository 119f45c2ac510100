"""`katip import headcounts` and `katip feed`: what the operator sees."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from katip.cli import feed, imports
from katip.core.imports import describe
from katip.registry.models import Headcount
from katip.updates.feed.columns import FEED
from katip.updates.models import FeedKey
from katip.updates.services import feed_judge
from katip.updates.services.feed_keys import find_feed_key
from tests.cast import World

DOCS = Path(__file__).parents[2] / "docs" / "feed.md"

pytestmark = pytest.mark.django_db


def run(*arguments: str, command: Any = imports.command) -> Result:
    return CliRunner().invoke(command, list(arguments))


def file(world: World, folder: Path, employees: int, *more: str) -> str:
    path = folder / "ekim.csv"
    lines = ["sgk_number,period,employees", f"{world.workplace.sgk_number},2025-06,{employees}", *more]
    path.write_text("\n".join(lines), encoding="utf-8")
    return str(path)


def test_a_feed_is_answered_with_a_sentence(world: World, tmp_path: Path) -> None:
    path = file(world, tmp_path, 30)
    result = run("headcounts", path)
    number = Headcount.objects.get(employees=30).feed
    assert (result.exit_code, result.stdout) == (
        0,
        f"ekim.csv: 1 line read, 1 workplace changed (feed {number}).\n",
    )
    again = run("headcounts", path)
    assert (again.exit_code, again.stdout) == (
        0,
        f"ekim.csv: the same content was taken before, as feed {number}; nothing to change.\n",
    )
    assert run("headcounts", file(world, tmp_path, 30, "")).stdout == "ekim.csv: 1 line read, nothing to change.\n"


def test_lines_set_aside_are_shown_and_too_many_refuse(world: World, tmp_path: Path) -> None:
    path = file(world, tmp_path, 30, "1,2025-06,5")
    refused = run("headcounts", path, "--bad-limit", "0")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines()[1:] == [
        "3     sgk_number  1      has 1 digits where 26 are needed",
        "1 fault in 1 line.",
        f"All of them are in {tmp_path / 'ekim.errors.csv'} (it may hold personal data).",
        "ekim.csv: 2 lines read, 1 of them set aside: too many. Nothing was changed.",
    ]
    assert not Headcount.objects.filter(employees=30).exists()
    taken = run("headcounts", path)
    assert taken.exit_code == 0
    assert taken.stdout.startswith("ekim.csv: 2 lines read, 1 set aside, 1 workplace changed")


def test_a_header_that_does_not_fit_changes_nothing(world: World, tmp_path: Path) -> None:
    path = tmp_path / "ekim.csv"
    path.write_text("a\n1\n", encoding="utf-8")
    result = run("headcounts", str(path))
    assert (result.exit_code, "Nothing was changed." in result.stderr) == (1, True)


@pytest.mark.parametrize(("most", "said"), [(20_000, "1 contract judged differently"), (0, "too many to do it now")])
def test_contracts_are_judged_where_they_are_few(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, said: str
) -> None:
    world.active()
    monkeypatch.setattr(feed_judge.feed_judge, "__kwdefaults__", {"most": most})
    assert said in run("headcounts", file(world, tmp_path, 30)).stdout


def test_a_key_is_shown_once_and_withdrawn() -> None:
    made = run("key", "SGK", command=feed.command)
    secret = made.stdout.strip()
    found = find_feed_key(secret)
    assert found is not None
    assert found.name == "SGK"
    assert "valid" in run("keys", command=feed.command).stdout
    assert secret not in run("keys", command=feed.command).stdout
    assert run("key", "SGK", command=feed.command).exit_code == 1
    assert run("revoke", "SGK", command=feed.command).exit_code == 0
    assert find_feed_key(secret) is None
    assert "withdrawn" in run("keys", command=feed.command).stdout
    assert run("revoke", "SGK", command=feed.command).exit_code == 1
    assert run("key", " ", command=feed.command).exit_code == 1
    assert FeedKey.objects.count() == 1


def test_the_documentation_tells_the_columns() -> None:
    assert f"\n\n{describe(FEED)}\n" in DOCS.read_text(encoding="utf-8")
