"""Trying something on the database and taking it back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is taken back; use cases may open their durable transaction in it, as in a test."""
    block = transaction.atomic()
    block._from_testcase = True  # type: ignore[attr-defined] # Django's own mark
    with block:
        yield
        transaction.set_rollback(True)
