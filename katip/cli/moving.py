"""How far a copy is: a line that is written over in a terminal, a line every ten seconds elsewhere."""

import sys
import time

import click

_PLAIN_SECONDS, _TERMINAL_SECONDS = 10.0, 0.2
_MEGABYTE = 1_000_000


class Moving:
    """Told of each chunk, shows the table at work, how much was moved, and of about how much."""

    def __init__(self, total: int = 0) -> None:
        self._total, self._moved, self._shown_at = total, 0, time.monotonic()
        self._begun = self._shown_at
        self._terminal = sys.stderr.isatty()

    def __call__(self, name: str, moved: int) -> None:
        """`moved` more bytes of `name`."""
        self._moved += moved
        now = time.monotonic()
        if now - self._shown_at < (_TERMINAL_SECONDS if self._terminal else _PLAIN_SECONDS):
            return
        self._shown_at = now
        of = f" of about {megabytes(self._total)}" if self._total else ""
        pace = megabytes(int(self._moved / max(now - self._begun, 0.001)))
        line = f"{megabytes(self._moved)}{of}, {pace}/s, {name}"
        click.echo(f"\r\x1b[K{line}" if self._terminal else line, nl=not self._terminal, err=True)

    def last(self) -> None:
        """Clear the line."""
        if self._terminal:
            click.echo("\r\x1b[K", nl=False, err=True)

    @property
    def seconds(self) -> float:
        """Since the beginning."""
        return time.monotonic() - self._begun


def megabytes(count: int) -> str:
    """A number of bytes for people."""
    return f"{count / _MEGABYTE:,.1f} MB" if count >= _MEGABYTE else f"{count / 1000:,.1f} kB"
