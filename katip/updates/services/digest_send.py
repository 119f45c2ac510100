"""Handing digests to the mail: beside the web server, in bounded batches.

They wait there behind everything else, so that what concerns somebody's sign-in waits behind none.
"""

from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR, Actor
from katip.core.usecase import use_case
from katip.identity.models import NoticeKind
from katip.identity.telling import leaves, messages_to
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
    """Deal with one batch: whoever has an address is sent a letter, where e-mails leave."""
    mail = leaves()
    untold = Digest.objects.filter(told_at=None).select_related("person", "run").order_by("pk")
    taken: list[int] = []
    letters: list[tuple[int, str, dict[str, str | int]]] = []
    for digest in untold.select_for_update(of=("self",), skip_locked=True)[:BATCH]:
        if mail and digest.person.email and digest.person.is_active and not digest.person.email_unproved:
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
