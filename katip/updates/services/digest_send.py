"""Handing digests to the mail: beside the web server, in bounded batches.

Never more at once than the mail takes out in one go, so that what concerns somebody's sign-in waits behind none.
"""

from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor
from katip.core.usecase import use_case
from katip.identity.mail import transport
from katip.identity.models import Message, NoticeKind
from katip.identity.services.messages_send import MOST as QUEUE
from katip.identity.telling import messages_to
from katip.updates.digests import told_of
from katip.updates.models import Digest

BATCH = 500
BATCHES = 20
"""in one go: the rest waits for the next minute"""


def digests_send(*, at: datetime) -> int:
    """Tell the persons of the oldest digests that were not told yet, by e-mail where they have an address.

    Returns how many digests were dealt with.
    """
    total = 0
    for _ in range(BATCHES):
        done = digests_batch(actor=OPERATOR, at=at)
        total += done
        if not done:
            break
    return total


@use_case
def digests_batch(*, actor: Actor, at: datetime) -> int:
    """Deal with one batch: as many as the queue of messages has room for, and whoever has no address among them."""
    leaves = transport() is not None
    waiting = Message.objects.filter(kind=NoticeKind.MONTH_DIGEST, sent_at=None, given_up_at=None)
    room = QUEUE - len(waiting.values_list("pk")[:QUEUE]) if leaves else BATCH
    untold = Digest.objects.filter(told_at=None).select_related("person", "run").order_by("pk")
    taken: list[int] = []
    letters: list[tuple[int, str, dict[str, str | int]]] = []
    for digest in untold.select_for_update(of=("self",), skip_locked=True)[:BATCH]:
        if leaves and digest.person.email and digest.person.is_active:
            if len(letters) >= room:
                break
            letters.append((digest.person_id, digest.person.email, _detail(digest)))
        taken.append(digest.pk)
    if taken:
        messages_to(letters, at, NoticeKind.MONTH_DIGEST)
        Digest.objects.filter(pk__in=taken).update(told_at=at)
        record(actor, at, Happening("updates:digest:told", None, {"digests": len(taken), "letters": len(letters)}))
    return len(taken)


def _detail(digest: Digest) -> dict[str, str | int]:
    """What the e-mail may say: the month and how many contracts, by capacity; no name, no number of anybody."""
    detail: dict[str, str | int] = {"month": digest.run.period.isoformat()}
    for told in told_of(digest.body):
        capacity = f"as_{told.capacity}"
        detail[capacity] = int(detail.get(capacity, 0)) + told.contracts
        if told.missing:
            detail["missing"] = told.missing
    return detail
