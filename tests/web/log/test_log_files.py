"""The log's public files, byte by byte as C2SP tlog-tiles has them, and its page."""

from collections.abc import Iterator

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client

from katip.audit.log.keys import log_keys
from katip.audit.log.notes import checkpoint_open, verifier_parse
from katip.audit.log.sequence import sequence_all
from katip.audit.log.tree import Peaks, leaf_hash
from katip.audit.models import LogEntry
from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR
from katip.web.log import views
from katip.web.log.numbers import Place, TileConverter, TileNumberConverter
from tests.cast import AT

pytestmark = pytest.mark.django_db
FOR_EVER = "public, max-age=31536000, immutable"
ABSENT = (
    "tile/0/002",
    "tile/0/002.p/89",
    "tile/0/003.p/1",
    "tile/0/000.p/256",
    "tile/0/000.p/0",
    "tile/0/000.p/01",
    "tile/1/000",
    "tile/1/000.p/3",
    "tile/2/000.p/1",
    "tile/63/000.p/1",
    "tile/64/000.p/1",
    "tile/00/000",
    "tile/0/0",
    "tile/0/0000",
    "tile/0/x000/000",
    "tile/0/001/000",
    "tile/0/x001/x234/067",
    "tile/0/x999/x999/x999/x999/x999/999.p/1",
    "tile/entries/x999/x999/x999/x999/x999/999",
    "tile/entries/002",
    "tile/entries/002.p/89",
    "tile/-1/000",
)


def happen(count: int) -> None:
    with transaction.atomic():
        record(OPERATOR, AT, *(Happening("audit:test:made", no) for no in range(count)))
    sequence_all(AT)


@pytest.fixture
def entries() -> list[bytes]:
    """The log of 600 events: two complete tiles, one of 88, and one above of 2."""
    happen(600)
    return [bytes(entry) for entry in LogEntry.objects.order_by("position").values_list("entry", flat=True)]


@pytest.fixture(autouse=True)
def _uncounted() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def test_a_log_without_a_head_has_no_files_and_says_so_on_its_page(client: Client) -> None:
    assert client.get("/kayit/checkpoint").status_code == 404
    assert client.get("/kayit/tile/0/000").status_code == 404
    assert "Henüz imzalanmış bir özet yok" in client.get("/kayit/").text


def test_the_checkpoint_is_a_signed_note_over_all_that_has_a_place(client: Client, entries: list[bytes]) -> None:
    answer = client.get("/kayit/checkpoint")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=2"
    peaks = Peaks()
    for entry in entries:
        peaks.grow(leaf_hash(entry))
    head = checkpoint_open(answer.content.decode(), [verifier_parse(log_keys().vkeys[0])])
    assert (head.origin, head.size, head.root) == (log_keys().origin, 600, peaks.root)


def test_tiles_hold_the_hashes_of_their_level(client: Client, entries: list[bytes]) -> None:
    leaves = [leaf_hash(entry) for entry in entries]
    for address, wanted in (
        ("0/000", leaves[:256]),
        ("0/001", leaves[256:512]),
        ("0/002.p/88", leaves[512:]),
        ("0/002.p/1", leaves[512:513]),
        ("0/000.p/255", leaves[:255]),
    ):
        answer = client.get(f"/kayit/tile/{address}")
        assert answer.status_code == 200, address
        assert answer.content == b"".join(wanted)
        assert answer.headers["Content-Type"] == "application/octet-stream"
        assert answer.headers["Cache-Control"] == FOR_EVER
    above = []
    for start in (0, 256):
        peaks = Peaks()
        for leaf in leaves[start : start + 256]:
            peaks.grow(leaf)
        above.append(peaks.root)
    assert client.get("/kayit/tile/1/000.p/2").content == b"".join(above)
    assert client.get("/kayit/tile/1/000.p/1").content == above[0]


def test_bundles_hold_entries_each_after_its_length(client: Client, entries: list[bytes]) -> None:
    for address, wanted in (("000", entries[:256]), ("002.p/88", entries[512:])):
        answer = client.get(f"/kayit/tile/entries/{address}")
        assert answer.content == b"".join(b"\x00\x20" + entry for entry in wanted)
        assert answer.headers["Cache-Control"] == FOR_EVER


def test_what_no_checkpoint_covers_or_nobody_writes_so_is_not_there(client: Client, entries: list[bytes]) -> None:
    assert entries
    found = {address: client.get(f"/kayit/{address}").status_code for address in ABSENT}
    assert set(found.values()) == {404}, found


def test_numbers_are_written_in_groups_of_three() -> None:
    for no, text in ((0, "000"), (67, "067"), (1000, "x001/000"), (1234067, "x001/x234/067")):
        assert TileNumberConverter().to_url(Place(0, no, 256)) == text
        assert TileNumberConverter().to_python(text) == Place(0, no, 256)
    assert TileConverter().to_url(Place(3, 1234067, 112)) == "3/x001/x234/067.p/112"
    assert TileConverter().to_python("3/x001/x234/067.p/112") == Place(3, 1234067, 112)


def test_a_log_that_ends_with_a_complete_tile_has_no_empty_one(client: Client) -> None:
    happen(256)
    assert client.get("/kayit/tile/0/000").status_code == 200
    assert client.get("/kayit/tile/1/000.p/1").status_code == 200
    assert client.get("/kayit/tile/0/001.p/1").status_code == 404


def test_who_asks_too_often_waits(client: Client, entries: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    assert entries
    monkeypatch.setattr(views, "_LIMIT", "3/m/ip")
    answers = [client.get("/kayit/checkpoint") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "60"


def test_programs_of_other_origins_may_read_and_none_may_write(client: Client, entries: list[bytes]) -> None:
    assert entries
    for address in ("checkpoint", "tile/0/000", "tile/entries/000"):
        assert client.get(f"/kayit/{address}").headers["Access-Control-Allow-Origin"] == "*"
        assert client.head(f"/kayit/{address}").status_code == 200
        assert client.post(f"/kayit/{address}").status_code == 405


def test_the_page_shows_the_newest_head_and_the_key(client: Client, entries: list[bytes]) -> None:
    assert entries
    page = client.get("/kayit/").text
    assert "600 işlemi kapsar" in page
    assert log_keys().vkeys[0] in page.replace("&#x2B;", "+")
    assert client.get("/kayit/checkpoint").content.decode() in page.replace("&#x2B;", "+")
