"""What is told of a log that is not as it was left."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """A code for programs, words for people."""

    code: str
    words: str


Tell = Callable[[Finding], None]


@dataclass(slots=True)
class Counts:
    """What was looked at."""

    events: int = 0
    details: int = 0
    erased: int = 0
    tiles: int = 0
    checkpoints: int = 0
    waiting: int = 0
