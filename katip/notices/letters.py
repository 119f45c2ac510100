"""The words of what leaves: each kind has a writer, registered by whoever knows what it means.

Words are written when a message leaves, not when it is asked for: a writer may look whether it is still true.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from katip.notices.models import Channel


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is told: several where they leave as one message."""

    kind: str
    detail: Mapping[str, Any]
    at: datetime
    """when it happened, or was asked to be told"""
    person_id: int | None = None
    capacity: str = ""
    organisation_id: int | None = None
    process_id: int | None = None
    notice_id: int | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """What stands in one message, in one language.

    `headers` are an e-mail's besides the usual ones (`List-Unsubscribe` …). `link` is the address that an SMS must not
    lose when its `text` is too long.
    """

    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    link: str = ""


class Writer(Protocol):
    """Somebody who knows the words of some kinds."""

    def write(self, items: Sequence[Item], channel: Channel) -> Letter | None:
        """The message that tells `items` (one at least) in the active language; None: worth nothing any more.

        Called outside of any transaction; `items` belong to one address and, when several, to one digest.
        """


_WRITERS: dict[str, Writer] = {}


def writer_register(kinds: Iterable[str], writer: Writer) -> None:
    """Have `writer` asked for the words of `kinds`; called at start-up."""
    for kind in kinds:
        _WRITERS[kind] = writer


def writer_of(kind: str) -> Writer:
    """Who knows the words of `kind`. Raises `KeyError` for a kind that no room of this version knows."""
    return _WRITERS[kind]


_ENGLISH = "English"
_FIRST = {"tr": ("tr",), "en": ("en",), "both": ("tr", "en")}


def letter_write(items: Sequence[Item], channel: Channel, language: str) -> Letter | None:
    """The message that tells `items`, in `language` (`tr`, `en` or `both`: Turkish, English below; an SMS is in one).

    None where it is worth nothing any more. Raises `KeyError` for a kind without words.
    """
    writer = writer_of(items[0].kind)
    languages = _FIRST.get(language, _FIRST["both"])
    letters: list[Letter] = []
    for spoken in languages[:1] if channel is Channel.SMS else languages:
        with translation.override(spoken):
            letter = writer.write(items, channel)
            if letter is None:
                return None
            letters.append(letter if channel is Channel.SMS else _closed(letter))
    first, *others = letters
    if not others:
        return first
    (english,) = others
    text = f"{first.text}\n\n-- \n{_ENGLISH}\n\n{english.subject}\n\n{english.text}\n"
    return Letter(first.subject, text, first.headers, first.link)


def _closed(letter: Letter) -> Letter:
    """With who runs the installation below."""
    operator = settings.KATIP.operator_name
    if not operator:
        return letter
    text = f"{letter.text}\n\n{_('İşleten: %(operator)s') % {'operator': operator}}"
    return Letter(letter.subject, text, letter.headers, letter.link)
