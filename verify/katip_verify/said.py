"""What the program says: a code for machines, and a sentence for people, in English or Turkish.

Two exceptions carry it. `Refused`: the evidence does not hold. `Unable`: there is nothing to judge, since something to
check with is missing. They never stand for each other: a proof that is malformed is refused.
"""

import re
from dataclasses import dataclass, field

from katip_verify.words import WORDS

LANGUAGES = ("en", "tr")
_LONGEST = 300
_CARRIED = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that turn the direction of what is read: a file under examination may not rearrange the verdict."""


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence: its code in `words.WORDS`, and what goes into it (a `Said` among them is put into words too)."""

    code: str
    args: dict[str, "str | int | Said"] = field(default_factory=dict)

    def text(self, language: str = "en") -> str:
        """The sentence; whatever came from the evidence is shortened and freed of signs that terminals obey."""
        shown = {
            name: value.text(language) if isinstance(value, Said) else shown_safely(str(value))
            for name, value in self.args.items()
        }
        return WORDS[self.code][LANGUAGES.index(language)].format(**shown)


def said(code: str, /, **args: "str | int | Said") -> Said:
    """Make a sentence."""
    return Said(code, args)


def shown_safely(text: str) -> str:
    """The text on one line, printable signs alone, at most 300."""
    cut = text if len(text) <= _LONGEST else text[:_LONGEST] + "…"
    return "".join(sign if sign.isprintable() and not _CARRIED.match(sign) else f"\\u{ord(sign):04x}" for sign in cut)


class Refused(Exception):  # noqa: N818 - a finding, not an error of the program
    """The evidence does not hold, for this reason."""

    def __init__(self, code: str, /, **args: "str | int | Said") -> None:
        self.said = Said(code, args)
        super().__init__(self.said.text())


class Unable(Exception):  # noqa: N818 - as above
    """It cannot be checked, for this reason."""

    def __init__(self, code: str, /, **args: "str | int | Said") -> None:
        self.said = Said(code, args)
        super().__init__(self.said.text())
