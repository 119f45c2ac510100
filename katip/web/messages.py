"""The English catalogue against the words in use: what is missing, unused, or differs in its placeholders.

Message ids are the Turkish sentences themselves, so Turkish needs no catalogue. Ids are found in every template and
every Python file of the package, by Django's own template reader and Babel's Python reader; gettext's programs are not
needed. Run by ``script/messages``; it touches no database and no settings but Django's smallest.
"""

import argparse
import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

PACKAGE: Final = Path(__file__).resolve().parent.parent
CATALOGUE: Final = PACKAGE / "web" / "locale" / "en" / "LC_MESSAGES" / "django.po"
KEYWORDS: Final = {
    name: numbers
    for base, numbers in (("gettext", None), ("ngettext", (1, 2)), ("pgettext", ((1, "c"), 2)))
    for name in (base, f"{base}_lazy")
} | {"_": None, "gettext_noop": None, "lazy": None}
PLACEHOLDER: Final = re.compile(r"%\(\w+\)[sd]|\{\w*\}")

Id = str | tuple[str, str]


def ids_used() -> dict[Id, str]:
    """Find every message id in the package; returns each with the file that uses it first."""
    found: dict[Id, str] = {}
    for path in sorted([*PACKAGE.rglob("*.py"), *PACKAGE.rglob("templates/**/*.html")]):
        for message_id in _ids_in(path):
            found.setdefault(message_id, str(path.relative_to(PACKAGE.parent)))
    return found


def _ids_in(path: Path) -> Iterator[Id]:
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        if not settings.configured:
            settings.configure()
        # Indentation means something to Python's tokenizer, and nothing here.
        source = "\n".join(line.strip() for line in templatize(source).splitlines())
    for _line, texts, _comments, _context in extract("python", BytesIO(source.encode()), KEYWORDS):
        yield texts if isinstance(texts, str) else (texts[0], texts[1])


def catalogue_read() -> Catalog:
    """Read the English catalogue; an absent file counts as empty."""
    if not CATALOGUE.exists():
        return Catalog(locale="en")
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="en")


def problems(used: dict[Id, str], catalogue: Catalog) -> list[str]:
    """Compare; returns one line for each message that is missing, unused, empty, fuzzy or differs in placeholders."""
    known: dict[Id, Message] = {_key(message): message for message in catalogue if message.id}
    lines = [f"missing: {_short(key)} ({path})" for key, path in used.items() if key not in known]
    lines += [f"unused: {_short(key)}" for key in known if key not in used]
    for key, message in known.items():
        texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
        if message.fuzzy or not texts or not all(texts):
            lines.append(f"not translated: {_short(key)}")
            continue
        wanted = set(PLACEHOLDER.findall(key if isinstance(key, str) else key[1]))
        found = [set(PLACEHOLDER.findall(text)) for text in texts]
        # The singular may say "one" in words; the last form is used for every other number.
        if found[-1] != wanted or any(names - wanted for names in found):
            lines.append(f"placeholders differ: {_short(key)}")
    return lines


def _key(message: Message) -> Id:
    return message.id if isinstance(message.id, str) else (message.id[0], message.id[1])


def _short(key: Id) -> str:
    return key if isinstance(key, str) else key[0]


def catalogue_update(used: dict[Id, str], catalogue: Catalog) -> None:
    """Write the catalogue anew: every id in use in order of its file, with the translation that was there."""
    known = {_key(message): message.string for message in catalogue if message.id}
    fresh = Catalog(locale="en", header_comment="# English. The ids are the Turkish sentences.", fuzzy=False)
    for key in used:
        fresh.add(key, known.get(key))
    with CATALOGUE.open("wb") as file:
        write_po(file, fresh, width=120, omit_header=False)
    # Of Babel's header only what a reader needs: dates and the tool's version would change the file without reason.
    header, messages = CATALOGUE.read_text(encoding="utf-8").split("\n\n", 1)
    header = re.sub(r'\n"(?!Language:|Plural|MIME|Content)[^"]+"', "", header)
    CATALOGUE.write_text(f"{header}\n\n{messages}", encoding="utf-8")


def main() -> int:
    """Run from the command line; returns the exit status."""
    parser = argparse.ArgumentParser(prog="script/messages", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--check", action="store_true", help="change nothing, only report; exit 1 when something is wrong"
    )
    arguments = parser.parse_args()
    used = ids_used()
    if not arguments.check:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        catalogue_update(used, catalogue_read())
    found = problems(used, catalogue_read())
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.stderr.write(f"{len(used)} messages, {len(found)} problems\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
