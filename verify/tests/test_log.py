"""Logs on disk and over the network: tiles, entries, whole walks, and everything a server may do."""

import gzip
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from katip_verify.merkle import EMPTY_ROOT, consistency_check, inclusion_check, leaf_hash
from katip_verify.said import Refused, Unable
from katip_verify.sources import Folder, Web, file_read, source_open
from katip_verify.tiles import Log, checkpoint_read, number_path, tile_width
from katip_verify.walk import walk
from tests import naive

LOG = naive.Signer("log.example/kayit")
ENTRIES = [b"%05d" % n * (1 + n % 3) for n in range(70_000)]
SIZE = 66_000
"""257 full tiles, a partial one, and two levels above; most tests take fewer"""


def refused(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Refused) as caught:
        check(*given, **more)
    return caught.value.said.code


def unable(check: Callable[..., object], *given: object, **more: object) -> str:
    with pytest.raises(Unable) as caught:
        check(*given, **more)
    return caught.value.said.code


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("log")
    naive.tlog(folder, ENTRIES[:SIZE], LOG.checkpoint(ENTRIES[:SIZE]))
    return folder


@pytest.fixture
def small(tmp_path: Path) -> Path:
    naive.tlog(tmp_path, ENTRIES[:600], LOG.checkpoint(ENTRIES[:600]))
    return tmp_path


def test_tiles_are_named_as_the_format_says() -> None:
    assert [number_path(n) for n in (0, 7, 999, 1000, 1_234_067, 10**9)] == [
        "000",
        "007",
        "999",
        "x001/000",
        "x001/x234/067",
        "x001/x000/x000/000",
    ]
    assert [tile_width(level, 273 if level == 0 else 0, 70_000) for level in range(4)] == [112, 256, 1, 0]
    assert [tile_width(0, 0, 256), tile_width(0, 1, 256), tile_width(1, 0, 256), tile_width(1, 1, 70_000)] == [
        256,
        0,
        1,
        17,
    ]


def test_a_large_log_is_walked_and_proves_leaves_and_its_past(large: Path) -> None:
    log = Log(Folder(large), SIZE)
    root = naive.root(ENTRIES[:SIZE])
    sizes = {0: EMPTY_ROOT} | {size: naive.root(ENTRIES[:size]) for size in (1, 255, 256, 257, 512, 65_536, 65_537)}
    assert walk(log, {*sizes, SIZE}) == sizes | {SIZE: root}
    assert walk(log, {*sizes, SIZE}, from_entries=False) == sizes | {SIZE: root}
    for index in (0, 255, 256, 300, 65_535, 65_536, SIZE - 1):
        inclusion_check(leaf_hash(ENTRIES[index]), index, SIZE, root, Log(Folder(large), SIZE).inclusion(index))
    for size1, root1 in sizes.items():
        if size1:
            consistency_check(size1, root1, SIZE, root, Log(Folder(large), SIZE).consistency(size1))


def test_small_logs_give_the_proofs_that_the_definition_gives(tmp_path: Path) -> None:
    for size in (1, 2, 3, 7, 8, 255, 256, 257):
        folder = tmp_path / str(size)
        naive.tlog(folder, ENTRIES[:size], b"")
        log = Log(Folder(folder), size)
        for index in {0, size // 3, size - 1}:
            assert log.inclusion(index) == naive.path(index, ENTRIES[:size])
        for size1 in {1, size // 2 or 1, size - 1 or 1} - {size}:
            assert log.consistency(size1) == naive.proof(size1, ENTRIES[:size])
        assert walk(log, {size})[size] == naive.root(ENTRIES[:size])


def test_an_empty_log_has_the_empty_root(tmp_path: Path) -> None:
    naive.tlog(tmp_path, [], LOG.checkpoint([]))
    assert walk(Log(Folder(tmp_path), 0), {0}) == {0: EMPTY_ROOT}


def test_a_full_tile_does_for_a_partial_one(small: Path) -> None:
    grown = small / "grown"
    naive.tlog(grown, ENTRIES[:1024], b"")
    assert walk(Log(Folder(grown), 1024), {600}) == {600: naive.root(ENTRIES[:600])}
    (grown / "tile/1/000.p/2").write_bytes((grown / "tile/1/000.p/4").read_bytes()[:64])
    assert walk(Log(Folder(grown), 600), {600}) == {600: naive.root(ENTRIES[:600])}


@pytest.mark.parametrize(
    ("name", "code"),
    {
        "tile/entries/000": "tile-differs",
        "tile/entries/002.p/88": "tile-differs",
        "tile/0/000": "tile-differs",
        "tile/0/002.p/88": "tile-differs",
        "tile/1/000.p/2": "tile-differs",
    }.items(),
)
def test_any_changed_file_is_found(small: Path, name: str, code: str) -> None:
    content = bytearray((small / name).read_bytes())
    content[-1] ^= 1
    (small / name).write_bytes(content)
    assert refused(lambda: walk(Log(Folder(small), 600), {600})) == code


@pytest.mark.parametrize("name", ["tile/entries/001", "tile/0/001", "tile/0/002.p/88", "tile/1/000.p/2"])
def test_a_file_that_is_cut_or_longer_is_refused_and_one_that_is_missing_checks_nothing(small: Path, name: str) -> None:
    content = (small / name).read_bytes()
    for wrong in (content[:-1], content + b"\x00", content[:-32], content[: len(content) // 2], b""):
        (small / name).write_bytes(wrong)
        assert refused(lambda: walk(Log(Folder(small), 600), {600})) in {
            "tile-length",
            "entries-count",
            "entries-cut",
            "tile-differs",
        }
    (small / name).unlink()
    assert unable(lambda: walk(Log(Folder(small), 600), {600})) == "file-missing"


def test_entries_that_were_swapped_or_dropped_are_found(small: Path) -> None:
    for entries in (
        [*ENTRIES[:600][::-1]],
        [ENTRIES[1], ENTRIES[0], *ENTRIES[2:600]],
        [*ENTRIES[:300], b"slipped in", *ENTRIES[300:599]],
    ):
        naive.tlog(small, entries, b"")
        assert walk(Log(Folder(small), 600), {600})[600] != naive.root(ENTRIES[:600])


def test_a_file_of_another_kind_is_not_read(small: Path) -> None:
    name = small / "tile/0/000"
    name.unlink()
    os.mkfifo(name)
    started = time.monotonic()
    assert unable(lambda: walk(Log(Folder(small), 600), {600})) == "file-irregular"
    assert time.monotonic() - started < 5
    name.unlink()
    name.mkdir()
    assert unable(lambda: walk(Log(Folder(small), 600), {600})) == "file-irregular"


def test_files_are_read_up_to_a_limit(small: Path) -> None:
    assert unable(lambda: Folder(small).read("tile/0/000", 8191)) == "file-long"
    assert len(Folder(small).read("tile/0/000", 8192) or b"") == 8192
    assert unable(lambda: file_read(str(small / "checkpoint"), 10)) == "file-long"
    assert unable(lambda: file_read(str(small / "none"), 10)) == "file-unreadable"
    assert unable(lambda: file_read("a\x00b", 10)) == "file-unreadable"


@contextmanager
def served(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sent(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200, **headers: str) -> None:
    handler.send_response(status)
    for name, value in ({"Content_Length": str(len(body))} | headers).items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def test_a_log_is_walked_over_the_network(small: Path) -> None:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        file = small / handler.path.removeprefix("/kayit/")
        if not file.is_file():
            sent(handler, b"none", 404)
        elif "entries" in handler.path:
            sent(handler, gzip.compress(file.read_bytes()), Content_Encoding="gzip")
        else:
            sent(handler, file.read_bytes())

    with served(answer) as url:
        source = source_open(f"{url}/kayit/")
        assert checkpoint_read(source) == (small / "checkpoint").read_bytes()
        assert walk(Log(source, 600), {600})[600] == naive.root(ENTRIES[:600])
        assert unable(lambda: walk(Log(source, 601), {601})) == "file-missing"


@pytest.mark.parametrize(
    ("place", "code"),
    {
        "ftp://log.example": "url",
        "file:///etc": "url",
        "https://": "url",
        "https://user:secret@log.example": "url",
        "https://log.example/?a": "url",
        "https://log.example/#a": "url",
        "https://[::1": "url",
        "no such folder": "no-log",
    }.items(),
)
def test_only_addresses_and_folders_are_places_of_logs(place: str, code: str) -> None:
    assert unable(lambda: source_open(place)) == code


def test_a_redirection_is_followed_within_the_scheme_only(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret")
    leads = {"/a": "/b", "/b": "/c", "/c": "/end", "/file": secret.as_uri(), "/loop": "/loop"}
    leads |= {"/ftp": "ftp://127.0.0.1/x", "/https": "https://127.0.0.1/x", "/data": "data:,x", "/far": "/a"}

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/end":
            sent(handler, b"found")
        else:
            sent(handler, b"", 302, Location=leads[handler.path])

    with served(answer) as url:
        web = Web(url)
        assert web.read("a", 10) == b"found"
        for name in ("file", "data"):  # the standard library refuses these before we do
            assert unable(web.read, name, 10) == "download"
        for name in ("ftp", "https"):
            assert unable(web.read, name, 10) == "redirect"
        assert unable(lambda: web.read("loop", 10)) == "download"


def dripped(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        try:
            handler.wfile.write(b"x")
        except OSError:
            return
        time.sleep(0.02)


def endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    with suppress(OSError):
        while True:
            handler.wfile.write(bytes(65536))


ANSWERS: dict[str, Callable[[BaseHTTPRequestHandler], None]] = {
    "/long": lambda handler: sent(handler, bytes(2000)),
    "/bomb": lambda handler: sent(handler, gzip.compress(bytes(50_000_000)), Content_Encoding="gzip"),
    "/cut": lambda handler: sent(handler, b"half", Content_Length="8"),
    "/cutzip": lambda handler: sent(handler, gzip.compress(b"x" * 500)[:-9], Content_Encoding="gzip"),
    "/nozip": lambda handler: sent(handler, b"not gzip", Content_Encoding="gzip"),
    "/br": lambda handler: sent(handler, b"x", Content_Encoding="br"),
    "/error": lambda handler: sent(handler, b"", 500),
    "/gone": lambda handler: sent(handler, b"", 410),
    "/drip": dripped,
    "/endless": endless,
}


def test_a_download_is_bounded() -> None:
    with served(lambda handler: ANSWERS[handler.path](handler)) as url:
        web = Web(url)
        assert unable(lambda: web.read("long", 1999)) == "file-long"
        assert len(web.read("long", 2000) or b"") == 2000
        assert unable(lambda: web.read("endless", 100_000)) == "file-long"
        assert unable(lambda: web.read("bomb", 100_000)) == "file-long"
        assert unable(lambda: Web(url, whole=0.2).read("drip", 100_000)) == "download-slow"


def test_a_download_comes_whole_or_not_at_all() -> None:
    with served(lambda handler: ANSWERS[handler.path](handler)) as url:
        web = Web(url)
        assert unable(lambda: web.read("cut", 100)) == "download-cut"
        assert unable(lambda: web.read("cutzip", 1000)) == "download-cut"
        assert unable(lambda: web.read("nozip", 1000)) == "download"
        assert unable(lambda: web.read("br", 1000)) == "download"
        assert unable(lambda: web.read("error", 1000)) == "download"
        assert web.read("gone", 1000) is None
    assert unable(lambda: web.read("closed", 1000)) == "download"


def test_a_server_that_is_busy_is_asked_again_later_but_not_for_ever() -> None:
    told: list[str | None] = ["7", None, "4000", "x"]
    waited: list[float] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/never" or len(waited) < 3:
            hint = told[len(waited) % 4]
            sent(handler, b"", 429 if len(waited) % 2 else 503, **({"Retry_After": hint} if hint else {}))
        else:
            sent(handler, b"found")

    with served(answer) as url:
        assert Web(url, pause=waited.append).read("later", 10) == b"found"
        assert waited == [7, 5, 120]
        assert unable(Web(url, pause=waited.append).read, "never", 10) == "download-busy"
        assert waited == [7, 5, 120, 5, 7, 5]
