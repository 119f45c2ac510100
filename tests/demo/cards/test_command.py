import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from click.testing import CliRunner

from katip.cli import card
from katip.demo.cards.kinds import Kind
from katip.demo.cards.office import card_get, office_open
from katip.demo.cast import cast_draw
from katip.demo.folder import origin_keep


@pytest.fixture(scope="module")
def data() -> Iterator[Path]:
    with TemporaryDirectory(prefix="katip-card-") as folder:  # short: a socket's path is 107 bytes
        data = Path(folder)
        office_open(data, data / "trust", cast_draw(), datetime.now(UTC))
        origin_keep(data, "http://localhost:8123")
        yield data


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_card_lies_on_the_reader_until_it_is_taken_off(data: Path, number: signal.Signals) -> None:
    arguments = [sys.executable, "-P", "-m", "katip", "card", "newcomer", "--data", str(data)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        said = []
        for line in process.stdout:
            said.append(line.rstrip())
            if "What the reader asks the chip" in line:
                break
        with socket.socket(socket.AF_UNIX) as reader:
            reader.connect(str(data / "reader.sock"))
            reader.sendall(bytes.fromhex("000C00A4040C07A0000002471001"))
            assert reader.recv(4) == b"\x00\x02\x90\x00"
        process.send_signal(number)
        rest = process.stdout.read().splitlines()
        assert process.wait(5) == 0
    genuine = card_get(data, "newcomer", Kind.GENUINE, datetime.now(UTC).date())
    assert "On the reader: the ID card of ZEYNEP MISAL, genuine." in said
    assert f"  document number     {genuine.mrz.document_number}" in said
    assert {f"  {line}" for line in genuine.lines} <= set(said)
    assert any("--server http://localhost:8123 " in line for line in said)
    assert any(f"--document-number {genuine.mrz.document_number} --birth-date" in line for line in said)
    assert rest == ["The reader asks for the identity application.", "The card is off the reader."]
    assert not (data / "reader.sock").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nobody"], "The cast: employer"),
        (["newcomer", "--kind", "golden"], "'no-clone-check'"),
        (["newcomer", "--data", "/nonexistent"], "Start the product first"),
    ],
)
def test_what_cannot_be_put_on_the_reader_is_explained(
    data: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], words: str
) -> None:
    monkeypatch.setattr(card, "signals_set", lambda: None)
    shown = CliRunner().invoke(card.command, ["--data", str(data), *arguments])
    assert shown.exit_code != 0
    assert words in shown.output
