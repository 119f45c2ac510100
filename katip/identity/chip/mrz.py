"""The machine-readable zone: the lines printed on the card, and the same lines signed in the chip as data group 1.

TD1 is an ID card's three lines of 30 characters, TD3 a passport's two of 44 (ICAO Doc 9303, parts 3, 4 and 5). Every
check digit is checked. Years have two digits there; which century is meant depends on the day of reading.
Needs no chip: the reader takes the typed lines through here too.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from katip.rules import FormatError, parse_national_id

TD1_LENGTH = 90
TD3_LENGTH = 88

_TD1_LINE = 30
_NUMBER_LENGTH = 9
_FILLER = "<"
_WEIGHTS = (7, 3, 1)
_CHARACTERS = re.compile(r"[A-Z0-9<]+")
_DAY = re.compile(r"[0-9]{6}")
_PARTLY_KNOWN_DAY = re.compile(r"([0-9]{2}|<<){3}")
_STATE = re.compile(r"[A-Z]{1,3}<{0,2}")
_NATIONAL_ID = re.compile(r"[0-9]{11}")
_CENTURY = 100
_LATER_AT_MOST = 50
"""years: a day of expiry is never further away, so that its century is plain"""


class MrzError(ValueError):
    """The lines are not a machine-readable zone. `code` says what is wrong; the lines are in no message.

    Codes: `characters`, `length`, `document_code`, `state`, `check_digit`, `birth_date`, `expiry_date`, `sex`,
    `names`, `national_id`, `field`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Mrz:
    """What the lines say, fillers taken off. `birth` and `expiry` are YYMMDD; a birth day's unknown parts are `<<`."""

    document_code: str
    issuing_state: str
    document_number: str
    birth: str
    sex: str
    expiry: str
    nationality: str
    surname: str
    given_names: str
    optional_1: str
    """TD1: optional data of the first line; TD3: the personal number. The T.C. kimlik no stands here."""
    optional_2: str = ""

    def access_information(self) -> str:
        """What the chip's access keys are made of (Doc 9303-11 4.3.3): number, birth and expiry with check digits."""
        return _access_information(self.document_number, self.birth, self.expiry)

    def national_id(self) -> str:
        """The T.C. kimlik no in the optional data.

        Raises MrzError `national_id` when it is not exactly 11 digits with fitting check digits.
        """
        if not _NATIONAL_ID.fullmatch(self.optional_1):
            raise MrzError("national_id")
        try:
            return parse_national_id(self.optional_1)
        except FormatError:
            raise MrzError("national_id") from None

    def birth_date(self, today: date) -> date | None:
        """The day of birth: the latest that is not after `today`. None where a part of it is unknown."""
        if not _DAY.fullmatch(self.birth):
            return None
        year = today.year - today.year % _CENTURY + int(self.birth[:2])
        for candidate in (year, year - _CENTURY, year - 2 * _CENTURY):
            born = _date(candidate, self.birth)
            if born is not None and born <= today:
                return born
        raise MrzError("birth_date")  # a 29 February that no year near has

    def expires_on(self, today: date) -> date:
        """The last day on which the document is valid, in the century that brings it closest to `today`.

        Raises MrzError `expiry_date` when there is no such day.
        """
        year = today.year - today.year % _CENTURY + int(self.expiry[:2])
        if year - today.year > _LATER_AT_MOST:
            year -= _CENTURY
        elif today.year - year > _LATER_AT_MOST:
            year += _CENTURY
        expires = _date(year, self.expiry)
        if expires is None:
            raise MrzError("expiry_date")
        return expires


def mrz_parse(text: str) -> Mrz:
    """Read the lines, broken or in one piece; blanks around them are forgiven, small letters too. Raises MrzError."""
    joined = "".join(text.upper().split()) if len(text) <= 2 * TD1_LENGTH else text
    if not _CHARACTERS.fullmatch(joined):
        raise MrzError("characters")
    if len(joined) == TD1_LENGTH:
        return _td1_parse(joined[:30], joined[30:60], joined[60:])
    if len(joined) == TD3_LENGTH:
        return _td3_parse(joined[:44], joined[44:])
    raise MrzError("length")


def check_digit(text: str) -> str:
    """The check digit of a field: weights 7, 3, 1, modulo 10 (Doc 9303-3 4.9)."""
    return str(sum(_value(character) * _WEIGHTS[i % 3] for i, character in enumerate(text)) % 10)


def access_information(document_number: str, birth_date: date, expires_on: date) -> str:
    """What the chip's access keys are made of, from the three printed facts typed by hand.

    Raises MrzError `field` when the number has other characters than letters and digits.
    """
    number = "".join(document_number.upper().split()).rstrip(_FILLER)
    if not number or not _CHARACTERS.fullmatch(number):
        raise MrzError("field")
    return _access_information(number, birth_date.strftime("%y%m%d"), expires_on.strftime("%y%m%d"))


def td1_build(mrz: Mrz) -> str:
    """The 90 characters of an ID card, check digits reckoned. For issuers of samples.

    Raises MrzError `field` when something does not fit its place.
    """
    number = mrz.document_number
    if len(number) <= _NUMBER_LENGTH:
        optional = number.ljust(_NUMBER_LENGTH, _FILLER) + check_digit(number.ljust(_NUMBER_LENGTH, _FILLER))
        optional += mrz.optional_1
    else:  # Doc 9303-5 note j: the rest and the check digit go to the optional data
        optional = number[:_NUMBER_LENGTH] + _FILLER + number[_NUMBER_LENGTH:] + check_digit(number) + _FILLER
        optional += mrz.optional_1
    first = _fit(mrz.document_code, 2) + _fit(mrz.issuing_state, 3) + _fit(optional, 25)
    born, expires = mrz.birth + check_digit(mrz.birth), mrz.expiry + check_digit(mrz.expiry)
    optional_2 = _fit(mrz.optional_2, 11)
    composite = check_digit(first[5:] + born + expires + optional_2)
    second = born + _fit(mrz.sex, 1) + expires + _fit(mrz.nationality, 3) + optional_2 + composite
    names = f"{mrz.surname.replace(' ', _FILLER)}<<{mrz.given_names.replace(' ', _FILLER)}"
    lines = first + second + _fit(names[:_TD1_LINE], _TD1_LINE)
    if len(lines) != TD1_LENGTH or not _CHARACTERS.fullmatch(lines):
        raise MrzError("field")
    return lines


def _td1_parse(first: str, second: str, third: str) -> Mrz:
    if first[0] not in "IAC":
        raise MrzError("document_code")
    number, optional_1 = _td1_number(first)
    _require(second[6], second[:6])
    _require(second[14], second[8:14])
    _require(second[29], first[5:] + second[:7] + second[8:15] + second[18:29])
    return _mrz(
        code=first[:2], state=first[2:5], number=number, birth=second[:6], sex=second[7], expiry=second[8:14],
        nationality=second[15:18], names=third, optional=(optional_1, second[18:29]),
    )  # fmt: skip


def _td1_number(first: str) -> tuple[str, str]:
    """The document number and the optional data of the first line; a long number runs on into the latter."""
    number, digit, optional = first[5:14], first[14], first[15:]
    if digit != _FILLER:
        _require(digit, number)
        return number, optional
    rest, _, optional = optional.partition(_FILLER)
    if not rest:
        raise MrzError("check_digit")
    number += rest[:-1]
    _require(rest[-1], number)
    return number, optional


def _td3_parse(first: str, second: str) -> Mrz:
    if first[0] != "P":
        raise MrzError("document_code")
    personal = second[28:42]
    _require(second[9], second[:9])
    _require(second[19], second[13:19])
    _require(second[27], second[21:27])
    if second[42] != _FILLER or personal.strip(_FILLER):  # an empty field may go without its digit
        _require(second[42], personal)
    _require(second[43], second[:10] + second[13:20] + second[21:43])
    return _mrz(
        code=first[:2], state=first[2:5], number=second[:9], birth=second[13:19], sex=second[20],
        expiry=second[21:27], nationality=second[10:13], names=first[5:], optional=(personal, ""),
    )  # fmt: skip


def _mrz(
    *,
    code: str,
    state: str,
    number: str,
    birth: str,
    sex: str,
    expiry: str,
    nationality: str,
    names: str,
    optional: tuple[str, str],
) -> Mrz:
    if not _STATE.fullmatch(state) or not _STATE.fullmatch(nationality):
        raise MrzError("state")
    if not number.strip(_FILLER):
        raise MrzError("field")
    if not _PARTLY_KNOWN_DAY.fullmatch(birth):
        raise MrzError("birth_date")
    if not _DAY.fullmatch(expiry):
        raise MrzError("expiry_date")
    if sex not in "MF<X":
        raise MrzError("sex")
    surname, _, given_names = names.strip(_FILLER).partition("<<")
    if not surname or names.startswith(_FILLER):
        raise MrzError("names")
    return Mrz(
        document_code=code.rstrip(_FILLER),
        issuing_state=state.rstrip(_FILLER),
        document_number=number.rstrip(_FILLER),
        birth=birth,
        sex=sex,
        expiry=expiry,
        nationality=nationality.rstrip(_FILLER),
        surname=surname.replace(_FILLER, " "),
        given_names=given_names.replace(_FILLER, " ").strip(),
        optional_1=optional[0].strip(_FILLER),
        optional_2=optional[1].strip(_FILLER),
    )


def _access_information(number: str, birth: str, expiry: str) -> str:
    fields = (number.ljust(_NUMBER_LENGTH, _FILLER), birth, expiry)
    return "".join(field + check_digit(field) for field in fields)


def _require(digit: str, field: str) -> None:
    if digit != check_digit(field):
        raise MrzError("check_digit")


def _date(year: int, yymmdd: str) -> date | None:
    month, day = int(yymmdd[2:4]), int(yymmdd[4:])
    if not 1 <= month <= 12 or not 1 <= day <= monthrange(year, month)[1]:  # noqa: PLR2004 – months
        return None
    return date(year, month, day)


def _value(character: str) -> int:
    return 0 if character == _FILLER else int(character, 36)


def _fit(text: str, width: int) -> str:
    if len(text) > width:
        raise MrzError("field")
    return text.ljust(width, _FILLER)
