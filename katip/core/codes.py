"""Codes that people carry from one place to another: drawn, shown in groups, read back forgivingly."""

import secrets

LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""31 signs that nobody mistakes for each other; no 0, 1, I, L, O"""
_GROUP = 4


def code_draw(length: int) -> str:
    """Draw a code of so many signs; each is worth a little less than 5 bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def code_shown(code: str) -> str:
    """The code in groups of four: `K7QF-2M9D`."""
    return "-".join(code[start : start + _GROUP] for start in range(0, len(code), _GROUP))


def code_read(text: str, length: int) -> str | None:
    """What someone typed as it was drawn, whatever its case, dashes and spaces; None where it cannot be one."""
    code = "".join(text.split()).replace("-", "").translate(_UPPER)
    return code if len(code) == length and all(sign in LETTERS for sign in code) else None


_UPPER = {ord(sign.lower()): sign for sign in LETTERS if sign.isalpha()}
"""ASCII letters alone: Turkish rules would make İ of i"""
