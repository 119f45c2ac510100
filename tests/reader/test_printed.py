"""What is printed on the card, typed by people or taken from a file."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from katip.reader.errors import Exit, ReaderError
from katip.reader.printed import (
    Given,
    WrittenError,
    birth_read,
    can_read,
    code_read,
    day_read,
    number_read,
    printed_from_file,
)
from tests.reader.doubles import HOLDER, card_make


@pytest.mark.parametrize(
    "text", ["07.03.1990", "7.3.1990", " 07/03/1990 ", "07-03-1990", "07 03 1990", "07031990", "1990-03-07"]
)
def test_a_day_is_read_as_people_write_it(text: str) -> None:
    assert day_read(text) == date(1990, 3, 7)


@pytest.mark.parametrize(
    "text", ["", "7.3.90", "31.02.1990", "00.01.1990", "1990.03.07", "yarın", "٠٧.٠٣.١٩٩٠", "900307"]
)
def test_what_is_no_day_is_not_guessed(text: str) -> None:
    with pytest.raises(WrittenError, match="wrong_day"):
        day_read(text)


def test_nobody_is_born_tomorrow() -> None:
    with pytest.raises(WrittenError, match="wrong_birth"):
        birth_read("01.01.2999")


@pytest.mark.parametrize("text", ["A12B34567", " a12b 34567 ", "a12b34567"])
def test_a_document_number_is_read_without_blanks_and_in_capitals(text: str) -> None:
    assert number_read(text) == "A12B34567"


def test_a_turkish_keyboard_writes_the_letter_i_too() -> None:
    assert number_read("ıİiI1") == "IIII1"
    assert code_read("kıi2-m9dx") == "KII2M9DX"


@pytest.mark.parametrize("text", ["", "A12-B34567", "A12B34567Ç", "A" * 23])
def test_other_characters_are_told(text: str) -> None:
    with pytest.raises(WrittenError, match="wrong_number"):
        number_read(text)


def test_access_numbers_have_six_digits() -> None:
    assert can_read(" 482 913 ") == "482913"
    for text in ("48291", "4829133", "48291a", "٤٨٢٩١٣"):
        with pytest.raises(WrittenError, match="wrong_can"):
            can_read(text)


def test_codes_are_read_with_dashes_and_small_letters() -> None:
    assert code_read("k7qf-2m9d") == "K7QF2M9D"
    for text in ("", "K7QF2M9", "K7QF2M9D2", "K7QF2M9!"):
        with pytest.raises(WrittenError, match="wrong_code"):
            code_read(text)


def test_the_lines_on_the_back_say_the_same_as_the_front(tmp_path: Path) -> None:
    file = tmp_path / "lines.txt"
    file.write_text("\n".join(card_make().lines).lower() + "\n", encoding="utf-8")
    assert printed_from_file(file).information == "A12B34567" + "5" + "9003071" + "3305016"


@pytest.mark.parametrize("content", [b"", b"I<TUR", b"x" * 5000, b"I<TUR" + b"<" * 85])
def test_other_lines_are_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "lines.txt"
    file.write_bytes(content)
    with pytest.raises(ReaderError) as raised:
        printed_from_file(file)
    assert (raised.value.key, raised.value.code) == ("mrz_file", Exit.WRONG_DATA)


def test_files_that_are_not_there_or_no_text_are_told(tmp_path: Path) -> None:
    binary = tmp_path / "binary"
    binary.write_bytes(b"\xff\xfe")
    for file in (tmp_path / "none", binary):
        with pytest.raises(ReaderError) as raised:
            printed_from_file(file)
        assert raised.value.key == "file"


def test_what_was_given_is_never_shown() -> None:
    assert HOLDER.document_number not in repr(Given(HOLDER.document_number))


@given(st.text(max_size=40))
def test_anything_typed_is_read_or_told(text: str) -> None:
    for read in (day_read, birth_read, number_read, can_read, code_read):
        try:
            read(text)
        except WrittenError:
            continue
