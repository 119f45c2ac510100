"""What holds for every list: both dialects, Turkish headers, twice is once, the run is recorded, the docs are right."""

import json
from pathlib import Path

import pytest

from katip.audit.models import Event, EventDetail
from katip.cli.imports import KINDS
from katip.core.imports import describe
from katip.registry.models import ImportRun
from katip.registry.services.imports.run import SPECS
from tests.registry.lists import AT, AYSE, CAN, HEADERS, ROWS, Lists, content, register

DOCS = Path(__file__).parents[2] / "docs" / "import.md"
ALL = pytest.mark.parametrize("kind", list(HEADERS))


@pytest.fixture
def lists(db: None, tmp_path: Path) -> Lists:
    return Lists(tmp_path)


def test_the_command_knows_every_list() -> None:
    assert tuple(SPECS) == KINDS
    assert set(SPECS) == set(HEADERS) == set(ROWS)


@ALL
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1254"])
def test_a_list_is_good_as_csv_and_as_a_turkish_spreadsheet_saves_it(lists: Lists, kind: str, encoding: str) -> None:
    lists.bring_needed(kind)
    english, turkish = HEADERS[kind]
    plain = encoding == "utf-8"
    text = content(english, ROWS[kind]) if plain else content(turkish, ROWS[kind], ";")
    result = lists.bring_bytes(kind, text.encode(encoding))
    assert result.rows == len(ROWS[kind])
    assert result.inserted >= len(ROWS[kind]) - 1  # of the activities one is known
    assert result.warnings == 0


@ALL
def test_the_same_list_twice_changes_nothing(lists: Lists, kind: str) -> None:
    lists.bring_needed(kind)
    lists.bring(kind, ROWS[kind])
    before = register()
    result = lists.bring_bytes(kind, content(HEADERS[kind][1], ROWS[kind], ";").encode("cp1254"))
    assert (result.inserted, result.updated) == (0, 0)
    assert register() == before
    assert ImportRun.objects.filter(kind=kind).count() == 2


@ALL
def test_an_import_is_recorded_without_personal_data(lists: Lists, kind: str) -> None:
    lists.bring_needed(kind)
    result = lists.bring(kind, ROWS[kind])
    run = ImportRun.objects.latest("id")
    assert (run.kind, run.at, run.file_hash) == (kind, AT, result.file_hash)
    assert (run.rows, run.inserted, run.updated) == (result.rows, result.inserted, result.updated)
    event = Event.objects.latest("id")
    assert (event.tag, event.subject_id, event.capacity) == (f"registry:{kind}:imported", run.pk, "operator")
    body = EventDetail.objects.get(event=event).body
    assert body == {
        "rows": run.rows,
        "inserted": run.inserted,
        "updated": run.updated,
        "file_hash": run.file_hash,
    }


@ALL
def test_a_refused_list_is_not_recorded(lists: Lists, kind: str) -> None:
    lists.bring_needed(kind)
    runs, events = ImportRun.objects.count(), Event.objects.count()
    first = ROWS[kind][0]
    assert lists.refuse(kind, [*ROWS[kind], ("", *first[1:])])
    assert (ImportRun.objects.count(), Event.objects.count()) == (runs, events)


@ALL
def test_every_required_cell_must_be_there(lists: Lists, kind: str) -> None:
    lists.bring_needed(kind)
    names = HEADERS[kind][0].split(",")
    required = [column.name for column in SPECS[kind].columns if column.required]
    faults = lists.refuse(kind, [*ROWS[kind], ("x", *[""] * (len(names) - 1))])
    line = len(ROWS[kind]) + 2
    missing = [fault for fault in faults if fault[3] == "empty"]
    assert missing == [(line, name, "", "empty") for name in names if name in required and name != names[0]]


@ALL
def test_names_in_the_header_are_unique(kind: str) -> None:
    names = [name for column in SPECS[kind].columns for name in (column.name, *column.aliases)]
    assert len(names) == len(set(names))


@ALL
def test_the_documentation_tells_the_columns(kind: str) -> None:
    assert f"## {kind}\n\n{describe(SPECS[kind])}\n" in DOCS.read_text(encoding="utf-8")


def test_nothing_of_a_national_id_stays_in_clear(lists: Lists) -> None:
    for kind in SPECS:
        lists.bring(kind, ROWS[kind])
    stored = json.dumps(register(), default=repr, ensure_ascii=False)
    assert AYSE not in stored
    assert CAN not in stored
