"""Understanding a row: typed values, or what is wrong with its cells.

Codes of faults, each with the field it is about: `empty`, `scientific` (a spreadsheet rounded the number, its digits
are lost), `not_digits`, `wrong_length`, `leading_zero`, `checksum`, `not_a_number`, `too_small`, `too_large`,
`not_monthly`, `not_a_date`, `unknown_word`, `unknown_profession`, `ends_before_start`.
"""

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from katip.core.clock import ISTANBUL
from katip.core.imports.values import number_text
from katip.documents.sheet.columns import header_key
from katip.documents.sheet.words import (
    ANSWER_OF,
    APPROVAL_OF,
    ASSIGNMENT_TYPE_OF,
    HAZARD_OF,
    MONTHLY,
    PROFESSION_BY_NAME,
    STATE_OF,
    Approval,
    SheetState,
)
from katip.rules import FormatError, HazardClass, Profession, parse_nace, parse_national_id, parse_sgk_number

REQUIRED = ("workplace_sgk", "national_id", "minutes")
"""The fields without which a row says nothing about a contract. The profession is required besides."""

_MOST_MINUTES = 31 * 24 * 60  # a month has no more
_DAY_ZERO = date(1899, 12, 30)  # a workbook's day number 0, for those after February 1900
_EARLIEST, _LATEST = 1900, 2199  # years
_SERIAL = re.compile(r"[0-9]{5}(\.[0-9]+)?", re.ASCII)
_MINUTES = re.compile(r"([0-9]+)([.,]0+)?", re.ASCII)
_THOUSANDS = re.compile(r"[0-9]{1,3}(\.[0-9]{3})+", re.ASCII)
_DAY = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})|([0-9]{4})-([0-9]{2})-([0-9]{2})", re.ASCII)
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?", re.ASCII)
_NACE_AS_DATE = re.compile(r"([0-9]{2})\.([0-9]{2})\.[0-9]{2}([0-9]{2})", re.ASCII)

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a cell: its field, the code of the reason, plain values for the sentence."""

    field: str
    code: str
    facts: Mapping[str, object] = dataclass_field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A row understood. What the sheet does not have, or leaves empty, is None; texts are empty then.

    `minutes` are a month's. Moments are UTC, as the register stores them. `workplace_sgk` is 26 digits.
    """

    workplace_sgk: str
    national_id: str
    profession: Profession
    minutes: int
    assignment_type: str | None = None
    name: str = ""
    process_id: str = ""
    contract_id: str = ""
    predecessor_id: str = ""
    professional_name: str = ""
    certificate_no: str = ""
    provider_title: str = ""
    authorisation_no: str = ""
    workplace_title: str = ""
    employees: int | None = None
    hazard: HazardClass | None = None
    nace: str | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    state: SheetState | None = None
    approval: Approval | None = None
    approved_at: datetime | None = None
    employer_approved_at: datetime | None = None
    professional_approved_at: datetime | None = None
    defined_at: datetime | None = None
    auto_update: bool | None = None
    fit: bool | None = None
    end_reason: str = ""


def parse_row(cells: Mapping[str, str], *, required: Collection[str] = REQUIRED) -> Parsed | list[RowFault]:
    """Return the row's values, or all of its faults. `required` adds fields that must not be empty."""
    faults: list[RowFault] = []
    values: dict[str, Any] = {}
    for name, read in _READERS.items():
        text = cells.get(name, "").strip()
        if not text:
            if name in required:
                faults.append(RowFault(name, "empty"))
            continue
        try:
            values[name] = read(text)
        except FormatError as error:
            faults.append(RowFault(name, error.code, error.facts))
    profession = _profession(cells)
    if isinstance(profession, RowFault):
        faults.append(profession)
    starts_on, ends_on = values.get("starts_on"), values.get("ends_on")
    if starts_on and ends_on and ends_on < starts_on:
        faults.append(RowFault("ends_on", "ends_before_start"))
    if faults:
        return faults
    values.pop("period", None)
    values["hazard"] = values.pop("hazard_class", None)
    return Parsed(profession=Profession(str(profession)), **values)


def profession_of(text: str) -> Profession | None:
    """The profession that a contract's name, or a certificate's type, speaks of."""
    key = header_key(text)
    return next((profession for part, profession in PROFESSION_BY_NAME if part in key), None)


def _profession(cells: Mapping[str, str]) -> Profession | RowFault:
    name, certificate = cells.get("name", ""), cells.get("certificate_type", "")
    found = profession_of(name) or (profession_of(certificate) if not name.strip() else None)
    if found:
        return found
    return RowFault("name", "unknown_profession" if name.strip() or certificate.strip() else "empty")


def _plain(text: str) -> str:
    return text


def _sgk_number(text: str) -> str:
    return str(parse_sgk_number(text))


def _minutes(text: str) -> int:
    return _whole(text, least=1, most=_MOST_MINUTES)


def _employees(text: str) -> int:
    return _whole(text, least=0, most=10_000_000)


def _whole(text: str, *, least: int, most: int) -> int:
    """Read `240`, `1.240`, and `240.0` as a spreadsheet leaves it."""
    if len(text) > len(str(most)) * 2:
        raise FormatError("not_a_number")
    if _THOUSANDS.fullmatch(text):
        number = int(text.replace(".", ""))
    elif found := _MINUTES.fullmatch(text):
        number = int(found[1])
    else:
        raise FormatError("not_a_number")
    if number < least:
        raise FormatError("too_small", {"least": least})
    if number > most:
        raise FormatError("too_large", {"most": most})
    return number


def _period(text: str) -> str:
    if header_key(text) != header_key(MONTHLY):
        raise FormatError("not_monthly")
    return MONTHLY


def _nace(text: str) -> str:
    """Read a code; a spreadsheet takes `22.12.01` for a day of 2001, which can be told back."""
    found = _NACE_AS_DATE.fullmatch(text)
    return parse_nace("".join(found.groups()) if found else text)


def _day(text: str) -> date:
    return _moment_in_turkey(text).date()


def _moment(text: str) -> datetime:
    return _moment_in_turkey(text).astimezone(UTC)


def _moment_in_turkey(text: str) -> datetime:
    """Read `23.09.2026`, `2026-09-23`, either with a time, or a spreadsheet's day number."""
    if _SERIAL.fullmatch(text):
        days = float(text)
        moment = datetime.combine(_DAY_ZERO, datetime.min.time()) + timedelta(days=int(days))
        moment += timedelta(seconds=round((days % 1) * 86_400))
        return moment.replace(tzinfo=ISTANBUL)
    words = text.replace("T", " ", 1).split()
    day = _DAY.fullmatch(words[0]) if words else None
    time = _TIME.fullmatch(words[1]) if len(words) > 1 else None
    if day is None or len(words) > 2 or (len(words) > 1 and time is None):  # noqa: PLR2004 -- a day and a time
        raise FormatError("not_a_date")
    number, month, year = (day[1], day[2], day[3]) if day[1] else (day[6], day[5], day[4])
    clock = (int(time[1]), int(time[2]), int(time[3] or 0)) if time else (0, 0, 0)
    if not _EARLIEST <= int(year) <= _LATEST:
        raise FormatError("not_a_date")
    try:
        return datetime(int(year), int(month), int(number), *clock, tzinfo=ISTANBUL)
    except ValueError:
        raise FormatError("not_a_date") from None


def _word(meanings: Mapping[str, Value]) -> Callable[[str], Value]:
    def read(text: str) -> Value:
        try:
            return meanings[header_key(text)]
        except KeyError:
            raise FormatError("unknown_word") from None

    return read


_READERS: dict[str, Callable[[str], Any]] = {
    "workplace_sgk": number_text(_sgk_number),
    "national_id": number_text(parse_national_id),
    "minutes": number_text(_minutes),
    "assignment_type": _word(ASSIGNMENT_TYPE_OF),
    "name": _plain,
    "process_id": _plain,
    "contract_id": _plain,
    "predecessor_id": _plain,
    "professional_name": _plain,
    "certificate_no": _plain,
    "provider_title": _plain,
    "authorisation_no": _plain,
    "workplace_title": _plain,
    "employees": number_text(_employees),
    "hazard_class": _word(HAZARD_OF),
    "nace": _nace,
    "starts_on": _day,
    "ends_on": _day,
    "state": _word(STATE_OF),
    "approval": _word(APPROVAL_OF),
    "approved_at": _moment,
    "employer_approved_at": _moment,
    "professional_approved_at": _moment,
    "defined_at": _moment,
    "auto_update": _word(ANSWER_OF),
    "fit": _word(ANSWER_OF),
    "end_reason": _plain,
    "period": _period,
}
