"""The order in which several workers begin the files."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.harness import LAST, LONG, pytest_collection_modifyitems

ROOT = Path(__file__).parents[1]


def test_what_takes_long_is_there() -> None:
    assert [name for name in (*LONG, LAST) if not (ROOT / name).is_file()] == []


def test_workers_begin_with_what_takes_long_go_on_with_most_tests_and_spoil_others_last(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = [
        f"{LAST}::one",
        f"{LAST}::two",
        f"{LAST}::three",
        "tests/a.py::one",
        f"{LONG[1]}::kill",
        "tests/b.py::one",
        "tests/b.py::two",
        f"{LONG[0]}::z",
        f"{LONG[0]}::a",
    ]
    items: list[Any] = [SimpleNamespace(nodeid=name) for name in names]
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == names
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    pytest_collection_modifyitems(items)
    assert [item.nodeid for item in items] == [*names[7:], names[4], *names[5:7], names[3], *names[:3]]
