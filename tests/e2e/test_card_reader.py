"""The reader program with a real PC/SC service: synthetic cards on the virtual reader of vsmartcard, one pcscd for all.

All tests that need pcscd stand in this file, which one worker runs: there is one such service on a machine. The reader
listens at ports of its own, so that a card which somebody puts on the usual one does not get in between.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from katip.demo.cards.card import Card as SyntheticCard
from katip.demo.cards.card import card_clone
from katip.demo.cards.field import VPCD_PORT, Field
from katip.demo.cards.kinds import Kind
from katip.demo.cards.office import card_get
from katip.demo.cards.virtual import ANSWER_TO_RESET
from katip.identity.chip.mrz import access_information
from katip.reader.card import Card, Printed
from katip.reader.errors import Exit, ReaderError
from katip.reader.pcsc import PcscTransport, pcsc_wait, reader_names
from katip.reader.reading import evidence_read
from tests.e2e.browsing import Browsing
from tests.e2e.product import Product
from tests.reader.doubles import ANSWERS, CHALLENGE, CODE, HOLDER, card_make, server_run

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
PATIENCE = 60
PRINTED = Printed(access_information(HOLDER.document_number, HOLDER.birth_date, HOLDER.expires_on))
SERVICE = Path("/run/pcscd/pcscd.comm")
CONFIGURATION = Path("/etc/reader.conf.d/vpcd")

Put = Callable[..., "Lying"]


@dataclass(frozen=True)
class Readers:
    """Two virtual readers: their names for PC/SC, and the ports at which a card is put on them."""

    names: tuple[str, str]
    ports: tuple[int, int]


@pytest.fixture(scope="session")
def readers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readers]:
    """The service with its two virtual readers, started here unless it runs on this machine already."""
    pcscd = shutil.which("pcscd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not CONFIGURATION.exists() or pcscd is None:
        pytest.fail("pcscd and vsmartcard-vpcd are needed: script/test installs them, or says what to install")
    if _serves():
        yield Readers(_names(), (VPCD_PORT, VPCD_PORT + 1))
        return
    if os.geteuid() != 0:
        pytest.fail("pcscd is not running. Please start it: sudo systemctl start pcscd")
    port = _ports_free()
    folder = tmp_path_factory.mktemp("reader.conf.d")
    text = re.sub(r"0x8C7B", f"0x{port:04X}", CONFIGURATION.read_text("utf-8"))
    (folder / "vpcd").write_text(text, encoding="utf-8")
    options = subprocess.run([pcscd, "--help"], capture_output=True, text=True, check=False)
    plain = ["--disable-polkit"] if "--disable-polkit" in options.stdout + options.stderr else []
    command = [pcscd, "-f", "-c", str(folder), *plain]
    with (tmp_path_factory.mktemp("pcscd") / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
    try:
        yield Readers(_names(), (port, port + 1))
    finally:
        process.terminate()
        process.wait(PATIENCE)


class Lying:
    """A card on a virtual reader, until it is taken off."""

    def __init__(self, card: SyntheticCard, port: int) -> None:
        self._field = Field(card)
        assert self._field.join(port)
        self._thread = threading.Thread(target=self._field.serve)
        self._thread.start()

    def take_off(self) -> None:
        if self._thread.is_alive():
            self._field.stop()
            self._thread.join(PATIENCE)
            self._field.__exit__(None, None, None)


@pytest.fixture
def put(readers: Readers) -> Iterator[Put]:
    """Puts a card on a reader, and takes all off at the end."""
    lying: list[Lying] = []

    def put(card: SyntheticCard, slot: int = 0) -> Lying:
        lying.append(Lying(card, readers.ports[slot]))
        return lying[-1]

    yield put
    for each in lying:
        each.take_off()


@contextmanager
def connected(readers: Readers, slot: int = 0) -> Iterator[PcscTransport]:
    """The card on a reader, let go at the end."""
    transport = pcsc_wait([readers.names[slot]], seconds=PATIENCE)
    try:
        yield transport
    finally:
        transport.close()


def settle(readers: Readers, *slots: int) -> None:
    """Wait until the service sees cards on these readers and on no other: it looks a few times a second."""
    from smartcard import scard

    wanted = [readers.names[slot] for slot in slots]
    context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)[1]
    states = [(name, scard.SCARD_STATE_UNAWARE) for name in readers.names]
    try:
        for _change in range(2 * len(readers.names) + 2):
            _fault, seen = scard.SCardGetStatusChange(context, PATIENCE * 1000, states)
            if [name for name, state, _ in seen if state & scard.SCARD_STATE_PRESENT] == wanted:
                return
            states = [(name, state & ~scard.SCARD_STATE_CHANGED) for name, state, _ in seen]
    finally:
        scard.SCardReleaseContext(context)
    pytest.fail(f"the service does not see what lies on its readers: {wanted}")


def program(*options: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the reader program as people do."""
    return subprocess.run(
        [sys.executable, "-P", "-m", "katip.reader.main", *options],
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=ROOT,
        env={**os.environ, **environment},
    )


def test_the_readers_are_listed(readers: Readers) -> None:
    result = program("--list-readers")
    assert result.stdout == f"  1  {readers.names[0]}\n  2  {readers.names[1]}\n"


def test_a_chip_answers_as_it_should_before_it_is_opened(readers: Readers, put: Put) -> None:
    put(card_make(pace_curve=None))
    with connected(readers) as transport:
        assert transport.answer_to_reset == ANSWER_TO_RESET
        for command, answer in (
            ("00A4040C07A0000002471001", "9000"),
            ("00B0810008", "6982"),
            ("0082000028" + "00" * 40 + "28", "6300"),
        ):
            assert transport.transmit(bytes.fromhex(command)).hex().upper() == answer
        assert len(transport.transmit(bytes.fromhex("0084000008"))) == 10


@pytest.mark.parametrize("curve", ["brainpoolP256r1", None])
def test_a_card_is_read_over_pcsc(readers: Readers, put: Put, curve: str | None) -> None:
    synthetic = card_make(pace_curve=curve)
    put(synthetic)
    with connected(readers) as transport:
        card = Card(transport)
        assert card.open(PRINTED) == ("PACE" if curve else "BAC")
        evidence = evidence_read(card, CHALLENGE, lambda _: None)
    assert evidence.security_object == synthetic.security_object
    assert evidence.groups == synthetic.groups
    assert evidence.signature


def test_a_genuine_card_and_its_clone_lie_on_two_readers_at_once(readers: Readers, put: Put) -> None:
    genuine = card_make()
    put(genuine, 0)
    put(card_clone(genuine), 1)
    with connected(readers, 0) as first, connected(readers, 1) as second:
        found = []
        for transport in (first, second):
            card = Card(transport)
            card.open(PRINTED)
            found.append(evidence_read(card, CHALLENGE, lambda _: None))
    assert found[0].groups == found[1].groups
    assert found[0].signature != found[1].signature


def test_a_card_that_is_taken_away_is_told(readers: Readers, put: Put) -> None:
    lying = put(card_make())
    with connected(readers) as transport:
        card = Card(transport)
        card.open(PRINTED)
        lying.take_off()
        with pytest.raises(ReaderError) as raised:
            _read_until_gone(card)
    assert raised.value.key == "card_removed"


def test_an_empty_reader_is_waited_for_and_told(readers: Readers) -> None:
    with pytest.raises(ReaderError) as raised:
        pcsc_wait(readers.names, seconds=0.3)
    assert raised.value.key == "no_card"


def test_the_program_reads_the_card_and_hands_it_over(readers: Readers, put: Put) -> None:
    put(card_make(), 1)
    settle(readers, 1)
    with server_run() as server:
        options = ("--server", server.url, "--code", CODE)
        result = program(*options, typed=ANSWERS)
        assert f"Okuyucu: {readers.names[1]}" in result.stdout
        assert (result.returncode, result.stderr) == (0, "")
        assert server.names[-1] == "evidence"
        assert "Çip açıldı (PACE)." in result.stdout
        wrong = program(*options, typed=ANSWERS.replace("A12B34567", "A12B34568") * 3)
        assert (wrong.returncode, server.names[-1]) == (Exit.WRONG_DATA, "abandon wrong_data")
        assert "Yazılan bilgiler bu kartın değil." in wrong.stderr


def test_without_the_service_the_program_says_so(tmp_path: Path) -> None:
    result = program("--list-readers", PCSCLITE_CSOCK_NAME=str(tmp_path / "none"))
    assert result.returncode == Exit.NO_READER
    assert "pcscd" in result.stderr


def test_without_its_support_the_program_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "smartcard.py").write_text("raise ImportError")
    result = program("--list-readers", "--english", PYTHONPATH=str(tmp_path))
    assert result.returncode == Exit.NO_READER
    assert "libpcsclite-dev" in result.stderr


# ------------------------------------------------------------------------------ from the page to the card and back


@pytest.fixture
def _closed_account(product: Product) -> Iterator[None]:
    """The newcomer has no right to set up a second step, before and afterwards."""
    revoke = "UPDATE identity_enrolment SET revoked_at = now() WHERE used_at IS NULL AND revoked_at IS NULL"
    product.rows(revoke)
    yield
    product.rows(revoke)


@pytest.mark.usefixtures("_closed_account")
def test_a_clone_does_not_open_the_account(visit: Browsing, product: Product, readers: Readers, put: Put) -> None:
    card = card_get(product.data, "newcomer", Kind.CLONE, datetime.now(UTC).date())
    put(card)
    settle(readers, 0)
    page = visit.open("newcomer")
    result = program(*_to(product, readers), "--code", _code_begin(page), "--mrz", "-", typed="\n".join(card.lines))
    assert result.returncode == Exit.REFUSED
    assert "clone_check_failed" in result.stdout
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Kartınızı okutun")
    assert "/iki-asamali-giris/kart/" in page.url


@pytest.mark.usefixtures("_closed_account")
def test_the_genuine_card_opens_the_account(visit: Browsing, product: Product, readers: Readers, put: Put) -> None:
    card = card_get(product.data, "newcomer", Kind.GENUINE, datetime.now(UTC).date())
    put(card)
    settle(readers, 0)
    page = visit.open("newcomer")
    code = _code_begin(page)
    today = datetime.now(UTC).date()
    facts = (
        card.mrz.document_number,
        f"{card.mrz.birth_date(today):%d.%m.%Y}",
        f"{card.mrz.expires_on(today):%d.%m.%Y}",
    )
    result = program(*_to(product, readers), typed="\n".join([code, *facts, ""]))
    assert (result.returncode, result.stderr) == (Exit.ACCEPTED, "")
    page.wait_for_url("**/hesabim/ikinci-adim/kur/")
    expect(page.get_by_text("Kimliğiniz kartınızın çipiyle doğrulandı.")).to_be_visible()
    again = program(*_to(product, readers), typed="\n".join([code, *facts, ""]))
    assert again.returncode == Exit.SERVER


def _to(product: Product, readers: Readers) -> tuple[str, ...]:
    return ("--server", product.origin, "--reader", readers.names[0])


def _code_begin(page: Page) -> str:
    """Begin a reading on the page of whoever is signed in with a password only; the code that it shows."""
    page.goto("/iki-asamali-giris/kart/")
    page.get_by_role("button", name="Okumaya başla").click()
    return page.locator("#durum-kodu .code").inner_text()


def _read_until_gone(card: Card) -> None:
    for _ in range(1000):
        card.file_read(0x0101, most=1 << 10)


def _serves() -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(SERVICE)) == 0


def _names() -> tuple[str, str]:
    """The virtual readers, once they are there."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            found = [name for name in reader_names() if "Virtual PCD" in name]
        except ReaderError:
            found = []
        if len(found) == 2:
            return found[0], found[1]
        assert time.monotonic() < deadline, "no virtual readers"
        time.sleep(0.1)


def _ports_free() -> int:
    """A port which is free, as the one behind it is."""
    while True:
        with socket.socket() as first, socket.socket() as second:
            first.bind(("", 0))
            port: int = first.getsockname()[1]
            if port < 65535 and second.connect_ex(("127.0.0.1", port + 1)):
                return port
