"""Two versions at one database: the version before on the shape that this version makes, and both at work."""

import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from katip.cli.bench.load_client import Account, Visitor
from tests.upgrade.installation import ROOT, Clerk, base_tree, installation

PEOPLE = ("owner", "colleague", "accountant")


def moved(visitor: Visitor, to: Clerk) -> Visitor:
    """The next request of a browser goes to another machine."""
    visitor.close()
    visitor._address = urlsplit(to.origin)
    return visitor


def walk(visitor: Visitor, step: list[int]) -> None:
    """Choose the company, find the offer on its list, read it, approve it, look at the card."""
    process, workplace = step
    assert visitor.get("capacity", "/secim/?sec").ok
    assert visitor.companies().ok
    assert visitor.choose(workplace).ok
    shown, waiting = visitor.waiting()
    assert shown.ok
    assert process in waiting
    assert visitor.step(process).ok
    assert visitor.approve(process).ok
    assert visitor.result(process).ok
    assert visitor.card().ok


def test_the_version_before_and_this_one_serve_one_database_together(tmp_path: Path) -> None:
    before = base_tree(tmp_path / "before")
    with installation(tmp_path / "data") as there:
        there.roles_make()
        with Clerk(there.environment(before)) as old, Clerk(there.environment(ROOT)) as new:
            made = old.do("world")
            visitors = {
                name: Visitor(old.origin, Account(made["people"][name], made["password"], made["secret"]))
                for name in PEOPLE
            }
            steps = iter(made["waiting"])
            assert visitors["owner"].sign_in().ok
            walk(visitors["owner"], next(steps))
            assert old.do("work") == {"documents": 1, "left": []}
            put_away = old.do("backup", folder=str(tmp_path / "backup"), keys=str(tmp_path / "keys"))

            new.do("migrate", finish=False)

            # The version before: a session of then goes on, another begins.
            walk(visitors["owner"], next(steps))
            assert visitors["colleague"].sign_in().ok
            walk(visitors["colleague"], next(steps))
            # This version: a session of its own, and one that comes from the version before, and goes back.
            assert moved(visitors["accountant"], new).sign_in().ok
            walk(visitors["accountant"], next(steps))
            walk(moved(visitors["colleague"], new), next(steps))
            assert moved(visitors["colleague"], old).card().ok

            # Each does the work that the other left: places in the log, documents, notices.
            assert old.do("work") == {"documents": 5, "left": []}
            walk(moved(visitors["owner"], old), next(steps))
            assert new.do("work") == {"documents": 6, "left": []}
            assert old.do("verify")["findings"] == new.do("verify")["findings"] == []
        with Clerk(there.environment(ROOT)) as new:
            assert new.do("migrate", finish=True) == {"due": []}
            assert moved(visitors["colleague"], new).card().ok
            assert sorted(new.do("approved")["approved"]) == sorted(process for process, _ in made["waiting"])
            assert new.do("verify")["findings"] == []
    restored(tmp_path, put_away, made)


def restored(folder: Path, put_away: dict[str, Any], made: dict[str, Any]) -> None:
    """What the version before put away, this one brings back elsewhere: docs/backup.md promises it."""
    with installation(folder / "elsewhere", empty=True) as there:
        there.roles_make()
        arguments = ["restore", put_away["archive"], "--keys", put_away["keys"], "--data", str(there.data)]
        done = subprocess.run(
            [sys.executable, "-P", "-m", "katip", *arguments],
            env=there.environment(ROOT),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "The log is as it was left" in done.stdout
        with Clerk(there.environment(ROOT)) as new:
            # What was approved until then, and no more; it can be worked with.
            (first, _), second = made["waiting"][:2]
            assert new.do("approved") == {"approved": [first]}
            visitor = Visitor(new.origin, Account(made["people"]["colleague"], made["password"], made["secret"]))
            assert visitor.sign_in().ok
            walk(visitor, second)
            assert new.do("verify")["findings"] == []
            assert new.do("migrate", finish=False) == {"due": []}
