"""The version before: at hand or said to be missing, and its database is the one that its code makes."""

import gzip
import re
import subprocess
from pathlib import Path

import pytest

from tests.upgrade import installation
from tests.upgrade.installation import BASE, HERE, ROOT, base_tree


def test_a_clone_without_the_history_fails_with_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(installation, "BASE", "0" * 40)
    with pytest.raises(pytest.fail.Exception, match="Is it a shallow one"):
        base_tree(tmp_path)


def test_the_database_kept_has_the_migrations_of_that_commit() -> None:
    dump = gzip.decompress((HERE / "base.sql.gz").read_bytes()).decode()
    applied = set(re.findall(r"^\s*\(\d+, '(\w+)', '(\d{4}_\w+)', '20", dump, re.MULTILINE))
    listed = subprocess.check_output(["git", "ls-tree", "-r", "--name-only", BASE], cwd=ROOT, text=True)  # noqa: S607 -- whichever git there is
    stated = set(re.findall(r"^katip/(?:\w+/)?(\w+)/migrations/(\d{4}_\w+)\.py$", listed, re.MULTILINE))
    assert stated <= applied
    ours = {room for room, _ in stated}
    assert {one for one in applied if one[0] in ours} == stated
