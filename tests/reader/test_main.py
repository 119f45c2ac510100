"""The program as it is run: questions, what the page is told, what the screen says, how it ends."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from katip.demo.cards.card import Card as SyntheticCard
from katip.demo.cards.card import card_edit
from katip.demo.cards.field import Field
from katip.reader import main as main_module
from katip.reader.card import Card
from katip.reader.errors import Exit, ReaderError
from katip.reader.main import main
from katip.reader.words import _WORDS, words
from tests.reader.doubles import ANSWERS, CAN, CODE, HOLDER, LoopbackServer, card_make, server_run

STAGES = ["claim", "stage connecting", "stage access", "stage reading", "stage signing", "evidence"]


@contextmanager
def lying(card: SyntheticCard, path: Path) -> Iterator[None]:
    """A card on the sample world's reader, until the block ends."""
    with Field(card) as field:
        field.listen(path)
        thread = threading.Thread(target=field.serve)
        thread.start()
        try:
            yield
        finally:
            field.stop()
            thread.join()


@pytest.fixture
def loopback() -> Iterator[LoopbackServer]:
    with server_run() as running:
        yield running


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "reader.sock"


def run(loopback: LoopbackServer, path: Path, *options: str, typed: str = "") -> Result:
    arguments = ["--server", loopback.url, "--card-socket", str(path), "--wait", "0", *options]
    return CliRunner().invoke(main, arguments, input=typed, catch_exceptions=False)


def test_a_card_is_read_and_handed_over(loopback: LoopbackServer, path: Path) -> None:
    card = card_make()
    with lying(card, path):
        result = run(loopback, path, typed=f"{CODE}\n{ANSWERS}")
    assert result.exit_code == 0
    assert loopback.names == STAGES
    assert len(loopback.body("evidence")["data_groups"]) == 3
    assert "Çip açıldı (PACE)." in result.output
    assert result.output.endswith("Kabul edildi.\nKartınız doğrulandı.\n")


def test_it_speaks_english_when_asked_to(loopback: LoopbackServer, path: Path) -> None:
    with lying(card_make(pace_curve=None), path):
        result = run(loopback, path, "--english", "--code", CODE, typed=ANSWERS)
    assert result.exit_code == 0
    assert "The chip is open (BAC)." in result.output
    assert loopback.calls[0][2]["Accept-Language"] == "en"


def test_what_cannot_be_right_is_asked_again(loopback: LoopbackServer, path: Path) -> None:
    typed = f"short\n{CODE}\nA12.\na12b34567\n31.02.1990\n07.03.1990\nsoon\n01.05.2033\n"
    with lying(card_make(), path):
        result = run(loopback, path, typed=typed)
    assert result.exit_code == 0
    assert loopback.body("claim") == {"code": CODE}
    for key in ("wrong_code", "wrong_number", "wrong_day"):
        assert words(key, "tr") in result.output


def test_what_is_printed_stays_here(loopback: LoopbackServer, path: Path) -> None:
    with lying(card_make(), path):
        result = run(loopback, path, "--code", CODE, "--mrz", "-", typed="\n".join(card_make().lines))
    assert result.exit_code == 0
    for call in loopback.calls[:-1]:
        assert HOLDER.document_number not in str(call)
    assert HOLDER.document_number not in result.output


def test_the_three_facts_and_the_access_number_may_come_otherwise(loopback: LoopbackServer, path: Path) -> None:
    given = ("--document-number", "A12B34567", "--birth-date", "07.03.1990", "--expiry", "01.05.2033")
    with lying(card_make(), path):
        assert run(loopback, path, "--code", CODE, *given).exit_code == 0
        assert run(loopback, path, "--code", CODE, *given[:2], typed="07.03.1990\n01.05.2033\n").exit_code == 0
        assert run(loopback, path, "--code", CODE, "--can", typed=CAN + "\n").exit_code == 0


def test_wrong_printed_data_may_be_typed_again(loopback: LoopbackServer, path: Path) -> None:
    wrong = ANSWERS.replace("A12B34567", "A12B34568")
    with lying(card_make(), path):
        result = run(loopback, path, "--code", CODE, typed=wrong + wrong + ANSWERS)
    assert result.exit_code == 0
    assert words("again", "tr", left=2) in result.output
    assert words("again", "tr", left=1) in result.output
    assert loopback.names == STAGES


def test_three_times_wrong_is_the_end_and_the_page_is_told(loopback: LoopbackServer, path: Path) -> None:
    wrong = ANSWERS.replace("A12B34567", "A12B34568")
    with lying(card_make(), path):
        result = run(loopback, path, "--code", CODE, typed=wrong * 3)
    assert result.exit_code == Exit.WRONG_DATA
    assert words("wrong_data", "tr") in result.output
    assert loopback.names == ["claim", "stage connecting", "stage access", "abandon wrong_data"]


def test_wrong_data_of_a_file_are_not_tried_again(loopback: LoopbackServer, path: Path) -> None:
    with lying(card_make(), path):
        other = card_edit(card_make(), document_number="A12B34568")
        result = run(loopback, path, "--code", CODE, "--mrz", "-", typed="\n".join(other.lines))
    assert (result.exit_code, result.stderr) == (Exit.WRONG_DATA, words("wrong_data", "tr") + "\n")
    assert words("again", "tr", left=2) not in result.output


def test_no_card_is_told_to_the_page(loopback: LoopbackServer, path: Path) -> None:
    result = run(loopback, path, "--code", CODE, typed=ANSWERS)
    assert result.exit_code == Exit.NO_CARD
    assert loopback.names == ["claim", "stage connecting", "abandon no_card"]


def test_a_card_that_is_taken_away_is_told_to_the_page(
    loopback: LoopbackServer, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Broken(Card):
        def file_read(self, file: int, *, most: int) -> bytes | None:
            if file == 0x010F:
                raise ReaderError("card_removed", Exit.UNREADABLE)
            return super().file_read(file, most=most)

    monkeypatch.setattr(main_module, "Card", Broken)
    with lying(card_make(), path):
        result = run(loopback, path, "--code", CODE, typed=ANSWERS)
    assert result.exit_code == Exit.UNREADABLE
    assert words("card_removed", "tr") in result.output
    assert loopback.names[-2:] == ["stage reading", "abandon read_error"]


def test_stopping_is_told_to_the_page(loopback: LoopbackServer, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(main_module, "evidence_read", interrupt)
    with lying(card_make(), path):
        result = run(loopback, path, "--code", CODE, typed=ANSWERS)
    assert (result.exit_code, loopback.names[-1]) == (Exit.STOPPED, "abandon read_error")


def test_an_expired_session_is_not_abandoned(loopback: LoopbackServer, path: Path) -> None:
    loopback.replies["evidence"] = (410, {"error": "expired", "message": ""})
    with lying(card_make(), path):
        result = run(loopback, path, "--code", CODE, typed=ANSWERS)
    assert result.exit_code == Exit.SERVER
    assert words("expired", "tr") in result.output
    assert loopback.names == STAGES


@pytest.mark.parametrize(
    ("level", "reasons", "code"),
    [
        ("refused", ["signer_revoked", "document_expired"], Exit.REFUSED),
        ("chip_only", ["clone_check_missing"], Exit.COUNTER),
    ],
)
def test_other_verdicts_are_told_with_their_reasons(
    loopback: LoopbackServer, path: Path, level: str, reasons: list[str], code: Exit
) -> None:
    loopback.replies["evidence"] = (200, {"verdict": level, "reasons": reasons, "message": "Sözle."})
    with lying(card_make(), path):
        result = run(loopback, path, "--code", CODE, typed=ANSWERS)
    assert result.exit_code == code
    assert words(level, "tr") + "\nSözle.\n" + words("reasons", "tr", codes=", ".join(reasons)) in result.output


def test_an_unknown_code_ends_before_the_card_is_asked_for(loopback: LoopbackServer, path: Path) -> None:
    loopback.replies["claim"] = (404, {"error": "unknown_code", "message": ""})
    result = run(loopback, path, "--code", CODE, typed=ANSWERS)
    assert (result.exit_code, loopback.names) == (Exit.SERVER, ["claim"])


def test_a_server_is_needed_and_an_encrypted_one() -> None:
    assert CliRunner().invoke(main, []).exit_code == Exit.USAGE
    result = CliRunner().invoke(main, ["--server", "http://katip.example", "--card-socket", "x"])
    assert (result.exit_code, result.output) == (Exit.USAGE, words("address", "tr") + "\n")


def test_readers_are_listed_and_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["ACR1252 PICC", "ACR1252 SAM", "Omnikey"]
    monkeypatch.setattr(main_module, "reader_names", lambda: names)
    assert CliRunner().invoke(main, ["--list-readers"]).output == "  1  ACR1252 PICC\n  2  ACR1252 SAM\n  3  Omnikey\n"
    for wanted, name in (("1", names[0]), ("3", names[2]), ("sam", names[1]), ("OMNI", names[2])):
        assert main_module._choose(names, wanted, "tr") == (name,)
    for wanted in ("0", "4", "acr", "nothing"):
        with pytest.raises(ReaderError, match="reader_unknown"):
            main_module._choose(names, wanted, "tr")
    assert main_module._choose(names[:1], None, "tr") == (names[0],)


def test_of_several_readers_the_one_with_a_card_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_module, "readers_with_card", lambda _: ["b"])
    assert main_module._choose(["a", "b"], None, "tr") == ("b",)


def test_where_nobody_can_be_asked_the_first_card_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main_module, "readers_with_card", lambda _: [])
    assert main_module._choose(["a", "b"], None, "tr") == ("a", "b")
    monkeypatch.setattr(main_module, "readers_with_card", lambda names: names)
    with pytest.raises(ReaderError, match="reader_choose"):
        main_module._choose(["a", "b"], None, "tr")


@pytest.mark.parametrize("lying", [[], ["a", "b"]])
def test_where_somebody_can_answer_a_reader_is_asked_for(monkeypatch: pytest.MonkeyPatch, lying: list[str]) -> None:
    monkeypatch.setattr(main_module, "readers_with_card", lambda _: lying)
    monkeypatch.setattr("katip.reader.main.sys.stdin", type("Terminal", (), {"isatty": lambda _: True})())
    answers = iter(["7", "2"])
    monkeypatch.setattr("katip.reader.main.click.prompt", lambda *_, **__: next(answers))
    assert main_module._choose(["a", "b"], None, "tr") == ("b",)


def test_django_is_not_needed() -> None:
    code = "import sys, katip.reader.main; print({'django', 'psycopg'} & {name.split('.')[0] for name in sys.modules})"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "set()\n"


def test_both_languages_fill_the_same_blanks() -> None:
    for turkish, english in _WORDS.values():
        assert sorted(part for part in turkish.split("{")[1:]) or not english.count("{")
        assert {part.split("}")[0] for part in turkish.split("{")[1:]} == {
            part.split("}")[0] for part in english.split("{")[1:]
        }
