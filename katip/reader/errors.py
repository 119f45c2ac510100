"""How the program ends: what went wrong, said by a key of `words`, and the exit code."""

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes, for scripts. 2 is click's for a wrong command line."""

    ACCEPTED = 0
    STOPPED = 1
    USAGE = 2
    REFUSED = 3
    COUNTER = 4
    NO_READER = 5
    NO_CARD = 6
    WRONG_DATA = 7
    UNREADABLE = 8
    SERVER = 9


_ABANDONED = {Exit.NO_CARD: "no_card", Exit.WRONG_DATA: "wrong_data"}


class ReaderError(Exception):
    """Ends the program. `key` names the sentence, `parts` fill its blanks; neither holds what is printed on a card."""

    def __init__(self, key: str, code: Exit, **parts: object) -> None:
        super().__init__(key)
        self.key = key
        self.code = code
        self.parts = parts

    @property
    def abandoned(self) -> str:
        """What the page is told: `no_card`, `wrong_data` or `read_error`."""
        return _ABANDONED.get(self.code, "read_error")


def unreadable(detail: str) -> ReaderError:
    """The card's answers make no sense; `detail` is for whoever is asked for help."""
    return ReaderError("cannot_read", Exit.UNREADABLE, detail=detail)
