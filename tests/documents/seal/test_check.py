"""What people bring to be checked: ours, others', and everything that can be done to one of ours."""

import io
import random
import re
import shutil
import subprocess
import time
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import copy_into_new_writer

from katip.documents.seal import check as module
from katip.documents.seal.authority import authority_make
from katip.documents.seal.blank import BLANK
from katip.documents.seal.check import CHECK_LIMIT, SealFinding, SealReason, SealState, found_by, seal_check
from katip.documents.seal.files import sealer_current
from katip.documents.seal.keys import KnownKey, keys_known
from katip.documents.seal.pdf import envelope_place, pdf_seal
from katip.documents.seal.port import key_id_of

pytestmark = pytest.mark.django_db
AT = datetime.now(UTC).replace(microsecond=0)
INTACT = SealState.INTACT, SealReason.NONE


@pytest.fixture
def ours(home: Path, paper: bytes) -> bytes:
    return pdf_seal(paper, reason="Katip AAAA-BBBB", at=AT).content


def outcome(content: bytes) -> tuple[SealState, SealReason]:
    found = seal_check(content)
    return found.state, found.reason


def test_ours_is_ours(ours: bytes) -> None:
    found = seal_check(ours)
    assert (found.state, found.reason) == INTACT
    assert (found.sealed_at, found.level) == (AT, "B-B")
    assert found.signer.startswith("Örnek İşletmeci")
    assert found.key_id == keys_known()[0].key_id
    assert len(found.sha256) == 64


def appended(content: bytes, change: Callable[[Any], None]) -> bytes:
    writer: Any = IncrementalPdfFileWriter(io.BytesIO(content))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _page_hidden(writer: Any) -> None:
    """A shadow attack: an update after the seal shows other pages."""
    pages = writer.root["/Pages"]
    pages["/Kids"].reverse()
    writer.update_container(pages)


def _catalog_touched(writer: Any) -> None:
    writer.update_root()


def _seal_removed(writer: Any) -> None:
    del writer.root["/AcroForm"]
    writer.update_root()


def _widened(content: bytes) -> bytes:
    """More room in the envelope's place than the seal says."""
    begin, end = envelope_place(content) or (0, 0)
    return content[: begin + 1] + content[begin + 1 : end - 1] + b"0000" + content[end - 1 :]


def _smuggled(content: bytes) -> bytes:
    """An object in the one place that the seal does not cover."""
    begin, end = envelope_place(content) or (0, 0)
    wedge = b">\n/Evil <"
    middle = content[begin + 1 : end - 1]
    return content[: begin + 1] + middle[: -len(wedge)] + wedge + content[end - 1 :]


def _range_moved(content: bytes) -> bytes:
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) (\d+)\]", content)
    assert found is not None
    last = int(found[3])
    return content.replace(b"%d]" % last, b"%d]" % (last - 1))


def _range_doubled(content: bytes) -> bytes:
    """A second range, so that readers disagree about which one counts."""
    return content + b"\n9 0 obj\n<< /ByteRange [0 10 20 30] >>\nendobj\n"


def _certificate_swapped(content: bytes) -> bytes:
    begin, end = envelope_place(content) or (0, 0)
    text = content[begin:end]
    root = sealer_current().chain[1].signature.hex().upper().encode()
    assert root in text
    return content[:begin] + text.replace(root, root[:-2] + b"00") + content[end:]


def _lower_case(content: bytes) -> bytes:
    begin, end = envelope_place(content) or (0, 0)
    return content[:begin] + content[begin:end].lower() + content[end:]


def _padding_used(content: bytes) -> bytes:
    _, end = envelope_place(content) or (0, 0)
    return content[: end - 9] + b"DEADBEEF" + content[end - 1 :]


TAMPERED: dict[str, tuple[Callable[[bytes], bytes], SealReason]] = {
    "a word changed": (lambda content: content.replace(b"/Title", b"/Titel"), SealReason.CONTENT_CHANGED),
    "a page moved": (lambda content: appended(content, _page_hidden), SealReason.ADDED),
    "nothing changed in an update": (lambda content: appended(content, _catalog_touched), SealReason.ADDED),
    "the seal removed in an update": (lambda content: appended(content, _seal_removed), SealReason.ADDED),
    "a line end added": (lambda content: content + b"\n", SealReason.ADDED),
    "cut": (lambda content: content[:-10], SealReason.COVERAGE),
    "cut in the envelope": (lambda content: content[: len(content) - 3000], SealReason.COVERAGE),
    "more room": (_widened, SealReason.COVERAGE),
    "smuggled into the gap": (_smuggled, SealReason.ENVELOPE),
    "range moved": (_range_moved, SealReason.CONTENT_CHANGED),
    "range doubled": (_range_doubled, SealReason.ADDED),
    "certificate swapped": (_certificate_swapped, SealReason.ENVELOPE),
    "lower case": (_lower_case, SealReason.ENVELOPE),
    "padding used": (_padding_used, SealReason.ENVELOPE),
    "put before": (lambda content: b"%PDF-1.7\n" + content, SealReason.COVERAGE),
}


@pytest.mark.parametrize("how", TAMPERED)
def test_what_was_done_to_ours_is_told(ours: bytes, how: str) -> None:
    change, reason = TAMPERED[how]
    content = change(ours)
    assert content != ours
    assert outcome(content) == (SealState.CHANGED, reason)


def test_no_single_byte_can_be_another(ours: bytes) -> None:
    """Everywhere in the envelope's text, and at places drawn from all of the file."""
    begin, end = envelope_place(ours) or (0, 0)
    keys = keys_known()
    draw = random.Random(7)  # noqa: S311 -- the same places each time
    filled = begin + len(ours[begin:end].rstrip(b"0>"))
    places = [*range(begin - 60, filled, 7), *range(end - 3, end + 60), *draw.sample(range(len(ours)), 250)]
    for place in places:
        content = bytearray(ours)
        content[place] ^= 1 << draw.randrange(8)
        assert found_by(keys, bytes(content)).state != SealState.INTACT, place


def test_a_seal_taken_from_one_file_fits_no_other(home: Path, ours: bytes, paper: bytes) -> None:
    other = pdf_seal(paper, reason="Katip CCCC-DDDD", at=AT).content
    (begin, end), (first, last) = envelope_place(ours) or (0, 0), envelope_place(other) or (0, 0)
    mixed = other[:first] + ours[begin:end] + other[last:]
    assert outcome(mixed) == (SealState.CHANGED, SealReason.CONTENT_CHANGED)


def test_a_file_written_anew_by_another_program_is_not_ours(ours: bytes) -> None:
    out = io.BytesIO()
    writer: Any = copy_into_new_writer(PdfFileReader(io.BytesIO(ours)), writer_kwargs={"stream_xrefs": True})
    writer.write(out)
    assert seal_check(out.getvalue()).state == SealState.CHANGED


@pytest.mark.skipif(shutil.which("qpdf") is None, reason="qpdf is not installed")
def test_nor_one_that_was_packed(ours: bytes, tmp_path: Path) -> None:
    before, after = tmp_path / "before.pdf", tmp_path / "after.pdf"
    before.write_bytes(ours)
    subprocess.run(["qpdf", "--object-streams=generate", before, after], check=True)  # noqa: S607 -- whichever qpdf there is
    assert seal_check(after.read_bytes()).state == SealState.CHANGED


def test_a_seal_packed_away_is_found(ours: bytes) -> None:
    begin, end = envelope_place(ours) or (0, 0)
    packed = zlib.compress(b"7 0 << /Contents " + ours[begin:end] + b" /ByteRange [0 1 2 3] >>")
    content = b"%PDF-1.7\n7 0 obj\n<< /Type /ObjStm /N 1 /First 4 >>\nstream\n" + packed + b"\nendstream\nendobj\n"
    assert outcome(content) == (SealState.CHANGED, SealReason.CONTENT_CHANGED)


def test_without_its_seal_it_is_a_paper_without_a_seal(ours: bytes, paper: bytes) -> None:
    assert outcome(paper) == (SealState.UNSEALED, SealReason.NONE)


def test_seals_of_others_are_named_and_not_believed(
    home: Path, ours: bytes, paper: bytes, settings: Any, tmp_path: Path
) -> None:
    update = {"data": tmp_path / "elsewhere", "operator_name": "Başka Kurum"}
    settings.KATIP = settings.KATIP.model_copy(update=update)
    authority_make(tmp_path / "elsewhere" / "keys" / "seal", operator="Başka Kurum", at=AT)
    foreign = pdf_seal(paper, reason="x", at=AT).content
    known = [key for key in keys_known() if key.key_id != key_id_of(sealer_current().chain[0])]
    found = found_by(known, foreign)
    assert (found.state, found.signer[:11]) == (SealState.FOREIGN, "Başka Kurum")
    assert (found.sealed_at, found.key_id) == (None, "")


def test_a_certificate_that_names_itself_like_ours_is_foreign(home: Path, ours: bytes, paper: bytes) -> None:
    mine = keys_known()
    shutil.rmtree(home / "keys" / "seal")  # another authority of the same name
    authority_make(home / "keys" / "seal", operator="Örnek İşletmeci A.Ş.", at=AT)
    forged = pdf_seal(paper, reason="x", at=AT).content
    assert found_by(mine, forged).state == SealState.FOREIGN


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", SealReason.NO_PDF),
        (b"\x89PNG", SealReason.NO_PDF),
        (b" " * 2000 + b"%PDF-1.7", SealReason.NO_PDF),
        (b"%PDF-1.7" + bytes(CHECK_LIMIT), SealReason.TOO_LARGE),
    ],
)
def test_what_is_no_pdf(home: Path, content: bytes, reason: SealReason) -> None:
    assert outcome(content) == (SealState.NOT_PDF, reason)


def test_whatever_goes_wrong_it_is_an_answer(ours: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> SealFinding:
        raise RecursionError

    monkeypatch.setattr(module, "_found", fail)
    assert outcome(ours) == (SealState.NOT_PDF, SealReason.UNREADABLE)


def test_hostile_files_are_answered_soon(ours: bytes) -> None:
    """Bombs, and patterns that slow expressions down: the answer comes within a second or two of one core."""
    bomb = zlib.compress(bytes(30_000_000), 1)
    packed = b"<< /Type /ObjStm >>\nstream\n" + bomb + b"\nendstream\n"
    keys = keys_known()
    for content in (
        b"%PDF-1.7\n" + packed * 40,
        b"%PDF-1.7\n" + b"/ByteRange [ 0 1 1 1 " * 400_000,
        b"%PDF-1.7\n" + b"/Type /ObjStm >> stream\n" * 200_000,
        b"%PDF-1.7\n" + b"/ByteRange" + b" " * 9_000_000,
        ours[:-100] + b"/ByteRange [0 100 200 300]" * 100_000,
    ):
        began = time.process_time()
        assert found_by(keys, content[:CHECK_LIMIT]).state != SealState.INTACT
        assert time.process_time() - began < 5


@pytest.mark.usefixtures("tsa")
def test_garbled_files_never_break_it(ours: bytes) -> None:
    stamped = pdf_seal(BLANK, reason="x", at=datetime.now(UTC)).content
    keys, draw = keys_known(), random.Random(11)  # noqa: S311 -- the same files each time
    for number in range(200):
        content = bytearray(stamped if number % 2 else ours)
        for _ in range(draw.randrange(1, 30)):
            at = draw.randrange(len(content))
            match draw.randrange(3):
                case 0:
                    content[at] = draw.randrange(256)
                case 1:
                    del content[at : at + draw.randrange(1, 400)]
                case _:
                    content[at:at] = content[draw.randrange(len(content)) :][: draw.randrange(200)]
        found = found_by(keys, bytes(content))
        assert found.state not in {SealState.INTACT, SealState.DOUBTED}


class TestKeysThatAreNoLongerOurs:
    """A stolen key dates its seals as it likes: only a proved moment counts after it is marked."""

    @staticmethod
    def by(found_with: datetime | None, *, until: datetime | None = None) -> list[KnownKey]:
        (key,) = keys_known()
        return [KnownKey(key.key_id, key.chain, AT - timedelta(days=30), until, found_with)]

    def test_without_a_proved_moment_it_is_doubted(self, ours: bytes) -> None:
        keys = self.by(AT + timedelta(days=1))
        found = found_by(keys, ours)
        assert (found.state, found.reason) == (SealState.DOUBTED, SealReason.KEY_REVOKED)
        assert found.sealed_at == AT

    def test_what_the_register_issued_before_stays_believed(self, ours: bytes) -> None:
        keys = self.by(AT + timedelta(days=1))
        assert found_by(keys, ours, AT).state == SealState.INTACT
        assert found_by(keys, ours, AT + timedelta(days=2)).state == SealState.DOUBTED

    @pytest.mark.usefixtures("tsa")
    def test_so_does_what_an_authority_stamped_before(self, paper: bytes) -> None:
        now = datetime.now(UTC)
        stamped = pdf_seal(paper, reason="x", at=now).content
        assert found_by(self.by(now + timedelta(hours=1)), stamped).state == SealState.INTACT
        assert found_by(self.by(now - timedelta(hours=1)), stamped).state == SealState.DOUBTED

    @pytest.mark.usefixtures("tsa")
    def test_a_timestamp_that_is_not_believed_proves_nothing(self, paper: bytes, settings: Any) -> None:
        now = datetime.now(UTC)
        stamped = pdf_seal(paper, reason="x", at=now).content
        settings.KATIP = settings.KATIP.model_copy(update={"seal_tsa_ca": None})
        found = found_by(self.by(now + timedelta(hours=1)), stamped)
        assert (found.state, found.level) == (SealState.DOUBTED, "B-B")
        assert found_by(self.by(None), stamped).state == SealState.INTACT

    def test_a_retired_key_seals_nothing_new(self, ours: bytes) -> None:
        late = self.by(None, until=AT - timedelta(days=2))
        found = found_by(late, ours)
        assert (found.state, found.reason) == (SealState.DOUBTED, SealReason.KEY_NOT_IN_USE)
        assert found_by(self.by(None, until=AT - timedelta(hours=2)), ours).state == SealState.INTACT
