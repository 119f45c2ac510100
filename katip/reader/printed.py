"""What is printed on the card, asked for or taken from a file. It stays in memory; nothing here writes or shows it."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import click

from katip.identity.chip.mrz import MrzError, access_information, mrz_parse
from katip.reader.card import Printed
from katip.reader.errors import Exit, ReaderError
from katip.reader.words import Language, words

_FILE_MOST = 4 << 10
_DAYS = (
    re.compile(r"(?P<day>\d{1,2})[.\-/ ](?P<month>\d{1,2})[.\-/ ](?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<day>\d{2})(?P<month>\d{2})(?P<year>\d{4})", re.ASCII),
    re.compile(r"(?P<year>\d{4})-(?P<month>\d{2})-(?P<day>\d{2})", re.ASCII),
)
_CAN = re.compile(r"\d{6}", re.ASCII)
_CODE = re.compile(r"[A-Z0-9]{8}")
_NUMBER = re.compile(r"[A-Z0-9]{1,22}")
_TO_ASCII = str.maketrans("İı", "II")

Value = TypeVar("Value")


class WrittenError(ValueError):
    """What was typed is not what was asked for. `key` names the sentence that says so."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Given:
    """What of it came with the command line; None for what is to be asked."""

    number: str | None = None
    birth: str | None = None
    expiry: str | None = None

    @property
    def complete(self) -> bool:
        """Whether nothing is left to ask."""
        return None not in {self.number, self.birth, self.expiry}

    def __repr__(self) -> str:
        return "Given(…)"


def printed_ask(language: Language, given: Given) -> Printed:
    """The three facts that open the chip; what was not given is asked for, and again until it can be right."""
    if not given.complete:
        click.echo(words("ask_data", language))
    number = _take(given.number, "ask_number", language, number_read)
    born = _take(given.birth, "ask_birth", language, birth_read)
    expires = _take(given.expiry, "ask_expiry", language, day_read)
    return Printed(information=access_information(number, born, expires))


def can_ask(language: Language) -> Printed:
    """The card access number, asked for."""
    return Printed(can=_take(None, "ask_can", language, can_read))


def code_ask(language: Language, given: str | None) -> str:
    """The code that the page shows."""
    return _take(given, "ask_code", language, code_read)


def printed_from_file(path: Path) -> Printed:
    """The lines on the card's back, from a file; `-` is what comes in. Raises ReaderError."""
    try:
        with click.open_file(str(path), "r", encoding="utf-8") as file:
            text = file.read(_FILE_MOST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise ReaderError("file", Exit.USAGE, name=path) from error
    try:
        return Printed(information=mrz_parse(text).access_information())
    except MrzError as error:
        raise ReaderError("mrz_file", Exit.WRONG_DATA, detail=error.code) from error


def number_read(text: str) -> str:
    """A document number. Raises WrittenError."""
    number = "".join(text.translate(_TO_ASCII).upper().split())
    if not _NUMBER.fullmatch(number):
        raise WrittenError("wrong_number")
    return number


def day_read(text: str) -> date:
    """A day as people write it. Raises WrittenError."""
    for pattern in _DAYS:
        if found := pattern.fullmatch(text.strip()):
            try:
                return date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                break
    raise WrittenError("wrong_day")


def birth_read(text: str) -> date:
    """A day of birth: not in the future. Raises WrittenError."""
    born = day_read(text)
    if born > date.today():  # noqa: DTZ011 – the day of whoever types
        raise WrittenError("wrong_birth")
    return born


def can_read(text: str) -> str:
    """A card access number. Raises WrittenError."""
    number = "".join(text.split())
    if not _CAN.fullmatch(number):
        raise WrittenError("wrong_can")
    return number


def code_read(text: str) -> str:
    """A pairing code; blanks and dashes in it do not count. Raises WrittenError."""
    code = re.sub(r"[\s-]", "", text.translate(_TO_ASCII).upper())
    if not _CODE.fullmatch(code):
        raise WrittenError("wrong_code")
    return code


def _take(given: str | None, question: str, language: Language, read: Callable[[str], Value]) -> Value:
    """What was given, or what is typed, read; asked for again as long as it cannot be right."""
    while True:
        text = given if given is not None else click.prompt(words(question, language), type=str)
        try:
            return read(text)
        except WrittenError as error:
            if given is not None:
                raise ReaderError(error.key, Exit.USAGE) from error
            click.echo(words(error.key, language))
