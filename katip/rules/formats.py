"""Numbers and addresses as people write them, read into one plain form.

Readers (`parse_…`) forgive what a paste brings along: spaces, invisible characters, hyphens, dots and slashes between
groups. They raise `FormatError` otherwise; its facts never hold the text itself, which may be a person's number.
Checks that are no law (`…_fits`) answer True or False and are there to warn with, never to refuse.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from types import MappingProxyType

NATIONAL_ID_LENGTH = 11
VKN_LENGTH = 10
SGK_LENGTH = 26
NACE_LENGTH = 6
PHONE_LENGTH = 10
MERSIS_LENGTH = 16
EMAIL_MAX_LENGTH = 254  # RFC 5321 4.5.3.1.3, less the angle brackets
EMAIL_LOCAL_MAX_LENGTH = 64  # RFC 5321 4.5.3.1.1
SGK_GROUPS = (1, 4, 2, 2, 7, 3, 2, 2, 3)

_DIGITS = re.compile(r"[0-9]+")
_SEPARATORS = frozenset("./()\u2212")
_SEPARATOR_CATEGORIES = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Pd"})
_MASK = "•"
_MASK_ENDS = 3
_PHONE_FIRST = frozenset("23458")
_COUNTRY_CODE = "90"
_LOCAL_PART = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(
    r"""(?: [^\W_] (?:(?:[^\W_]|-){0,61}[^\W_])? \. )+   # labels, each with its dot
        [^\W\d_] (?:[^\W_]|-){0,61} [^\W_]             # the last one: two characters or more, a letter first""",
    re.VERBOSE,
)
_KEP = re.compile(r"[^@\s]+@hs[0-9]{2}\.kep\.tr", re.IGNORECASE)


class FormatError(ValueError):
    """A text is not the number or address it should be.

    `code` chooses the message: `empty`, `not_digits`, `wrong_length`, `leading_zero`, `wrong_first_digit`,
    `country_code`, `checksum`, `missing_at`, `bad_local_part`, `bad_domain`, `too_long`.
    `facts` holds plain values for its placeholders, such as `length` and `expected`.
    """

    def __init__(self, code: str, facts: Mapping[str, object] | None = None) -> None:
        """Keep the arguments in `args` too, so that the exception survives pickling between processes."""
        plain = dict(facts or {})
        super().__init__(code, plain)
        self.code = code
        self._facts = plain

    @property
    def facts(self) -> Mapping[str, object]:
        """Plain values for the message's placeholders, read only."""
        return MappingProxyType(self._facts)  # made anew each time: a proxy cannot be pickled


@dataclass(frozen=True, slots=True)
class SgkNumber:
    """An SGK registration number in its nine groups, 26 digits altogether.

    In the register's words: mahiyet, işkolu, yeni ünite, eski ünite, sıra, il, ilçe, kontrol, aracı. `province` is the
    plate code, zero-padded to three digits. Build it with `parse_sgk_number`.
    """

    nature: str
    branch: str
    new_unit: str
    old_unit: str
    sequence: str
    province: str
    district: str
    control: str
    agent: str

    def __str__(self) -> str:
        """Join the 26 digits without separators."""
        return "".join(astuple(self))

    def grouped(self) -> str:
        """Put a space between the groups, as people read it aloud: `2 2212 01 01 1224742 016 08 72 000`."""
        return " ".join(astuple(self))

    def control_digits_fit(self) -> bool:
        """Whether the control digits are what most known numbers have: int(il‖sıra) mod 97.

        Unofficial: it fits 13 of 14 known numbers. Warn with it, never refuse.
        """
        return int(self.control) == int(self.province + self.sequence) % 97


def parse_national_id(text: str) -> str:
    """Read a T.C. kimlik no into its 11 digits.

    Raises FormatError `empty`, `not_digits`, `wrong_length`, `leading_zero` or `checksum`.
    """
    digits = _digits(text, NATIONAL_ID_LENGTH)
    if digits.startswith("0"):
        raise FormatError("leading_zero")
    if digits[9:] != national_id_check_digits(digits[:9]):
        raise FormatError("checksum")
    return digits


def national_id_check_digits(first_nine: str) -> str:
    """Return the last two digits that belong to the first nine of a T.C. kimlik no."""
    d = [int(digit) for digit in first_nine]
    tenth = (sum(d[0::2]) * 7 - sum(d[1::2])) % 10
    return f"{tenth}{(sum(d) + tenth) % 10}"


def mask_national_id(national_id: str) -> str:
    """Show the first and last three digits only: `100•••••146`. A text of another length is hidden whole."""
    if len(national_id) != NATIONAL_ID_LENGTH:
        return _MASK * len(national_id)
    hidden = _MASK * (NATIONAL_ID_LENGTH - 2 * _MASK_ENDS)
    return national_id[:_MASK_ENDS] + hidden + national_id[-_MASK_ENDS:]


def parse_vkn(text: str) -> str:
    """Read a tax number (vergi kimlik no) into its 10 digits.

    Raises FormatError `empty`, `not_digits`, `wrong_length` or `checksum`.
    """
    digits = _digits(text, VKN_LENGTH)
    if digits[9] != vkn_check_digit(digits[:9]):
        raise FormatError("checksum")
    return digits


def vkn_check_digit(first_nine: str) -> str:
    """Return the tenth digit that belongs to the first nine of a tax number."""
    total = 0
    for i, digit in enumerate(first_nine):
        t = (int(digit) + 9 - i) % 10
        r = (t * 2 ** (9 - i)) % 9
        total += 9 if t and not r else r
    return str((10 - total % 10) % 10)


def parse_sgk_number(text: str) -> SgkNumber:
    """Read an SGK registration number of 26 digits, grouped or not.

    The control digits are not judged here: see `SgkNumber.control_digits_fit`.
    Raises FormatError `empty`, `not_digits` or `wrong_length`.
    """
    digits = _digits(text, SGK_LENGTH)
    groups, start = [], 0
    for width in SGK_GROUPS:
        groups.append(digits[start : start + width])
        start += width
    return SgkNumber(*groups)


def parse_nace(text: str) -> str:
    """Read a six-digit activity code, with or without dots, into `NN.NN.NN`.

    Whether the code exists is asked of `katip.rules.activities`.
    Raises FormatError `empty`, `not_digits` or `wrong_length`.
    """
    digits = _digits(text, NACE_LENGTH)
    return f"{digits[:2]}.{digits[2:4]}.{digits[4:]}"


def parse_phone(text: str) -> str:
    r"""Read a declared phone into its 10 digits without the leading 0: `^[2-58]\d{9}$`, 0850 numbers included.

    Raises FormatError `empty`, `country_code` (+90 written in front), `not_digits`, `leading_zero`, `wrong_length` or
    `wrong_first_digit`.
    """
    clean = _without_separators(text)
    if not clean:
        raise FormatError("empty")
    if clean.startswith("+"):
        raise FormatError("country_code")
    if not _DIGITS.fullmatch(clean):
        raise FormatError("not_digits")
    if clean.startswith("0"):
        raise FormatError("leading_zero")
    if clean.startswith(_COUNTRY_CODE) and len(clean) == len(_COUNTRY_CODE) + PHONE_LENGTH:
        raise FormatError("country_code")
    _check_length(clean, PHONE_LENGTH)
    if clean[0] not in _PHONE_FIRST:
        raise FormatError("wrong_first_digit", {"first_digit": clean[0]})
    return clean


def phone_takes_sms(phone: str) -> bool:
    """Whether text messages can be sent to a phone that `parse_phone` returned: mobile numbers begin with 5."""
    return phone.startswith("5")


def parse_mersis(text: str) -> str:
    """Read a MERSİS number into its 16 digits.

    Raises FormatError `empty`, `not_digits` or `wrong_length`.
    """
    return _digits(text, MERSIS_LENGTH)


def parse_email(text: str) -> str:
    """Read an e-mail address: its basic shape only, the domain in small letters.

    Whether mail arrives is shown by mail that arrives. The part before the @ is ASCII, which also finds a
    Turkish letter typed by habit; a domain may have Turkish letters.
    Raises FormatError `empty`, `missing_at`, `bad_local_part`, `bad_domain` or `too_long`.
    """
    clean = "".join(character for character in text if unicodedata.category(character) != "Cf").strip()
    if not clean:
        raise FormatError("empty")
    if len(clean) > EMAIL_MAX_LENGTH:
        raise FormatError("too_long", {"length": len(clean), "expected": EMAIL_MAX_LENGTH})
    local, at, domain = clean.rpartition("@")
    if not at:
        raise FormatError("missing_at")
    if len(local) > EMAIL_LOCAL_MAX_LENGTH or not _LOCAL_PART.fullmatch(local):
        raise FormatError("bad_local_part")
    if not _DOMAIN.fullmatch(domain):
        raise FormatError("bad_domain")
    return f"{local}@{domain.replace('İ', 'i').lower()}"


def kep_fits(text: str) -> bool:
    """Whether a registered e-mail address has the usual shape `name@hsNN.kep.tr`. Warn with it, never refuse."""
    return _KEP.fullmatch(text.strip()) is not None


def _without_separators(text: str) -> str:
    return "".join(
        character
        for character in text
        if character not in _SEPARATORS and unicodedata.category(character) not in _SEPARATOR_CATEGORIES
    )


def _digits(text: str, expected: int) -> str:
    clean = _without_separators(text)
    if not clean:
        raise FormatError("empty")
    if not _DIGITS.fullmatch(clean):
        raise FormatError("not_digits")
    _check_length(clean, expected)
    return clean


def _check_length(digits: str, expected: int) -> None:
    if len(digits) != expected:
        raise FormatError("wrong_length", {"length": len(digits), "expected": expected})
