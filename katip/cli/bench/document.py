"""What a document costs: laid out, sealed, and its statement signed; of one core, in milliseconds."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median
from typing import Any

ROUNDS = 40


def document_ms(rounds: int = ROUNDS) -> float:
    """Milliseconds of one core for a document rendered and sealed, the median; every round's document is another.

    Needs Django set up and a contract whose document the log can prove; nothing is kept. What all threads used counts.
    """
    from katip.documents.making.paper import paper_of
    from katip.documents.making.render import pdf_render
    from katip.documents.seal.pdf import pdf_seal
    from katip.documents.services.make import register_now

    facts, register, at = facts_any(), register_now(), datetime.now(UTC)

    def once(number: int) -> None:
        facts.document.code = f"{number:020}"
        pdf_seal(pdf_render(paper_of(facts, register), at=at), reason="Katip", at=at)

    return cpu_ms(once, rounds)


def render_ms(rounds: int = ROUNDS) -> float:
    """The part of it that laying out takes."""
    from katip.documents.making.paper import paper_of
    from katip.documents.making.render import pdf_render
    from katip.documents.services.make import register_now

    facts, register, at = facts_any(), register_now(), datetime.now(UTC)

    def once(number: int) -> None:
        facts.document.code = f"{number:020}"
        pdf_render(paper_of(facts, register), at=at)

    return cpu_ms(once, rounds)


def facts_any() -> Any:
    """The facts of some contract's document. Raises `LookupError` where there is none that the log can prove."""
    from katip.documents.making.facts import Reading
    from katip.documents.models import Document

    document = Document.objects.order_by("-pk").first()
    facts = Reading([document]).facts(document) if document else None
    if facts is None or facts.proof is None:
        message = "no contract with a document whose event has its place in the log"
        raise LookupError(message)
    return facts


def cpu_ms(once: Callable[[int], None], rounds: int) -> float:
    """The median of what one call takes of the processor, after one that loads fonts and keys."""
    once(0)
    taken = []
    for number in range(1, rounds + 1):
        begun = time.process_time()
        once(number)
        taken.append(time.process_time() - begun)
    return median(taken) * 1000
