"""`katip-reader`: reads an identity card on this computer's reader and hands the evidence to a Katip server."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import click

from katip.reader.card import Card, Printed
from katip.reader.errors import Exit, ReaderError
from katip.reader.pcsc import pcsc_wait, reader_names, readers_with_card
from katip.reader.printed import Given, can_ask, code_ask, printed_ask, printed_from_file
from katip.reader.reading import evidence_read
from katip.reader.server import Server, Session, Verdict
from katip.reader.transports import Transport, socket_wait
from katip.reader.words import Language, words

TRIES = 3
"""how often the printed data may be typed"""
_CODES = {"chip_with_clone_check": Exit.ACCEPTED, "chip_only": Exit.COUNTER, "refused": Exit.REFUSED}


@dataclass(frozen=True)
class Asked:
    """How the printed data come: `ask` gives them, and `again` says whether typing them once more can help."""

    ask: Callable[[], Printed]
    again: bool


@dataclass(frozen=True)
class Place:
    """Where the card is waited for: a path of a virtual card, or readers by name."""

    socket: Path | None
    names: tuple[str, ...]

    def wait(self, seconds: float) -> Transport:
        """The card. Raises ReaderError."""
        if self.socket:
            return socket_wait(self.socket, seconds=seconds)
        return pcsc_wait(self.names, seconds=seconds)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--server", metavar="URL", help="The Katip server: https://…; http:// only for this computer.")
@click.option("--code", metavar="CODE", help="The code that the page shows. Asked for when not given.")
@click.option(
    "--mrz",
    type=click.Path(path_type=Path, dir_okay=False, allow_dash=True),
    metavar="FILE",
    help="Take the lines on the card's back from a file (- for standard input) instead of asking.",
)
@click.option("--can", is_flag=True, help="Ask for the card access number instead of number, birth and expiry.")
@click.option("--document-number", metavar="NUMBER", help="As printed on the card.")
@click.option("--birth-date", metavar="DD.MM.YYYY", help="As printed on the card.")
@click.option(
    "--expiry",
    metavar="DD.MM.YYYY",
    help="As printed on the card. These three are better left out: who else works on this computer can see a command "
    "line. What is not given is asked for.",
)
@click.option("--reader", metavar="READER", help="Which card reader: its number in the list, or a part of its name.")
@click.option("--list-readers", is_flag=True, help="List the card readers and stop.")
@click.option(
    "--card-socket",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Read the sample world's virtual card that listens there, without a card reader.",
)
@click.option("--wait", type=click.FloatRange(0, 600), default=60.0, show_default=True, help="Seconds for the card.")
@click.option("--ca-file", type=click.Path(path_type=Path), metavar="FILE", help="Certificate authorities, in PEM.")
@click.option("--english", is_flag=True, help="Speak English. / Türkçe yerine İngilizce.")
def main(  # noqa: PLR0917 – one parameter for each option, by name
    server: str | None,
    code: str | None,
    mrz: Path | None,
    can: bool,  # noqa: FBT001 -- as above
    document_number: str | None,
    birth_date: str | None,
    expiry: str | None,
    reader: str | None,
    list_readers: bool,  # noqa: FBT001 -- as above
    card_socket: Path | None,
    wait: float,
    ca_file: Path | None,
    english: bool,  # noqa: FBT001 -- as above
) -> None:
    """Prove who you are with your identity card's chip: reads the card and hands the evidence to a Katip server.

    Sign in there in a browser, ask for a code, start this program and answer its questions. What is printed on the
    card opens the chip; it stays on this computer. The photo is not read.

    Exit codes: 0 accepted, 3 refused, 4 the card is not enough, 5 no card reader, 6 no card, 7 wrong printed data,
    8 the card cannot be read, 9 the server cannot be reached or refuses, 1 stopped, 2 wrong command line.
    """
    language: Language = "en" if english else "tr"
    given = Given(document_number, birth_date, expiry)
    try:
        if list_readers:
            _list(reader_names())
            return
        if not server:
            raise click.UsageError("--server is needed")
        connection = Server(server, language=language, ca_file=ca_file)
        place = Place(card_socket, () if card_socket else _choose(reader_names(), reader, language))
        if mrz:
            asked = Asked(lambda: printed_from_file(mrz), again=False)
        elif can:
            asked = Asked(lambda: can_ask(language), again=True)
        else:
            asked = Asked(lambda: printed_ask(language, given), again=not given.complete)
        verdict = Run(connection, place, asked, wait, language).verdict(code)
    except ReaderError as error:
        click.echo(words(error.key, language, **error.parts), err=True)
        sys.exit(error.code)
    _tell(verdict, language)
    sys.exit(_CODES[verdict.level])


@dataclass(frozen=True)
class Run:
    """One card handed to one server."""

    server: Server
    place: Place
    asked: Asked
    seconds: float
    language: Language

    def verdict(self, code: str | None) -> Verdict:
        """From the questions to the verdict. Whatever ends it early, the page is told. Raises ReaderError."""
        code = code_ask(self.language, code)
        printed = self.asked.ask()
        session = self.server.claim(code)
        self._say("claimed")
        try:
            return self._with_card(session, printed)
        except ReaderError as error:
            if error.code is not Exit.SERVER:
                self.server.abandon(session, error.abandoned)
            raise
        except (KeyboardInterrupt, click.Abort):
            self.server.abandon(session, "read_error")
            raise ReaderError("stopped", Exit.STOPPED) from None

    def _with_card(self, session: Session, printed: Printed) -> Verdict:
        self.server.stage(session, "connecting")
        self._say("put_card")
        transport = self.place.wait(self.seconds)
        try:
            self.server.stage(session, "access")
            card = Card(transport)
            self._say("opened", way=self._open(card, printed))
            evidence = evidence_read(card, session.challenge, lambda stage: self._stage(session, stage))
        finally:
            transport.close()
        self._say("take_card")
        self._say("handing_in")
        return self.server.hand_in(session, evidence)

    def _open(self, card: Card, printed: Printed) -> str:
        """Open the chip; printed data that were typed may be typed again."""
        for left in range(TRIES - 1, 0, -1):
            try:
                return card.open(printed)
            except ReaderError as error:
                if error.code is not Exit.WRONG_DATA or not self.asked.again:
                    raise
            self._say("again", left=left)
            printed = self.asked.ask()
        return card.open(printed)

    def _stage(self, session: Session, stage: str) -> None:
        self._say(stage)
        self.server.stage(session, stage)

    def _say(self, key: str, **parts: object) -> None:
        click.echo(words(key, self.language, **parts))


def _choose(names: list[str], wanted: str | None, language: Language) -> tuple[str, ...]:
    """The reader to wait at: the one wanted, the only one, the only one with a card, or the one chosen from a list.

    Where nobody can be asked, all are waited at, unless cards lie on several.
    """
    if wanted is not None:
        return (_find(names, wanted),)
    plain = names if len(names) == 1 else readers_with_card(names)
    if len(plain) == 1:
        click.echo(words("reader", language, name=plain[0]))
        return (plain[0],)
    click.echo(words("readers", language))
    _list(names)
    if not sys.stdin.isatty():
        if plain:
            raise ReaderError("reader_choose", Exit.NO_READER)
        return tuple(names)
    while True:
        try:
            return (_find(names, click.prompt(words("ask_reader", language), type=str)),)
        except ReaderError:
            click.echo(words("wrong_choice", language))


def _find(names: list[str], wanted: str) -> str:
    if wanted.isascii() and wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return names[int(wanted) - 1]
    found = [name for name in names if wanted.casefold() in name.casefold()]
    if len(found) != 1:
        raise ReaderError("reader_unknown", Exit.NO_READER, name=wanted)
    return found[0]


def _list(names: list[str]) -> None:
    for number, name in enumerate(names, 1):
        click.echo(f"  {number}  {name}")


def _tell(verdict: Verdict, language: Language) -> None:
    """The verdict in plain words, and where to go on."""
    click.echo()
    click.echo(words(verdict.level, language))
    click.echo(verdict.message or words("page", language))
    if verdict.reasons:
        click.echo(words("reasons", language, codes=", ".join(verdict.reasons)))


if __name__ == "__main__":
    main(prog_name="katip-reader")
