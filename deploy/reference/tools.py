"""Running programs and speaking to whoever called."""

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path


class ClusterError(Exception):
    """Something that the caller can do something about; the message says what."""


def say(text: str) -> None:
    """One line for whoever watches."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def run(*command: str | Path, stdin: str | None = None, check: bool = True, seconds: float | None = None) -> str:
    """Run a program and return what it said. Raises ClusterError with the end of it where it fails."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(
            words,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=seconds,
        )
    except FileNotFoundError as error:
        raise ClusterError(f"There is no {words[0]} on this machine") from error
    except subprocess.TimeoutExpired as error:
        raise ClusterError(f"{' '.join(words)} did not end within {seconds} seconds") from error
    if check and done.returncode != 0:
        raise ClusterError(f"{' '.join(words[:6])} … failed:\n{done.stdout[-2000:].strip()}")
    return done.stdout


def wait_for(what: str, there: Callable[[], bool], *, seconds: float) -> None:
    """Ask `there` until it is so. Raises ClusterError after so many seconds."""
    deadline = time.monotonic() + seconds
    while not there():
        if time.monotonic() > deadline:
            raise ClusterError(f"Waited {seconds:.0f} seconds in vain for {what}")
        time.sleep(0.2)


def words_of(command: Sequence[str | Path]) -> list[str]:
    """A command as the system wants it."""
    return [str(word) for word in command]
