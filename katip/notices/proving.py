"""Confirming an e-mail address that a person typed: a link to it, which only whoever reads mail there has.

Without it, a slip of the finger would send a stranger what waits for somebody's workplaces.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from cryptography.fernet import InvalidToken
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from katip.core.clock import ISTANBUL
from katip.core.crypto import seal, unseal
from katip.identity.models import Person
from katip.notices.addresses import address_key
from katip.notices.deliver import Outgoing, deliver
from katip.notices.letters import Item, Letter
from katip.notices.models import Channel, Delivery, Rank

KIND = "email_confirm"
LASTS = timedelta(days=3)
_AGAIN_AFTER = timedelta(minutes=10)
_MOST_A_DAY = 5
_PURPOSE = "prove"


def proof_ask(person_id: int, email: str, at: datetime) -> None:
    """Send the link, in the transaction that is open; not twice in ten minutes, nor more than five a day."""
    key = address_key(Channel.EMAIL, email)
    asked = Delivery.objects.filter(person=person_id, kind=KIND, made_at__gt=at - timedelta(days=1))
    lately = list(asked.order_by("-pk").values_list("address_key", "made_at")[:_MOST_A_DAY])
    if len(lately) == _MOST_A_DAY or any(known == key and made > at - _AGAIN_AFTER for known, made in lately):
        return
    ask = Outgoing(Channel.EMAIL, email, KIND, {"to": key}, person_id=person_id, rank=Rank.SECURITY, ends_at=at + LASTS)
    deliver([ask], at)


def proof_token(person_id: int, key: str, until: datetime) -> str:
    """Sealed: whose address, which one (by keyed hash), until when."""
    words = "|".join((_PURPOSE, str(person_id), key, str(int(until.timestamp()))))
    return seal(words).decode().rstrip("=")


def proof_read(token: str, at: datetime) -> tuple[int, str] | None:
    """The person's id and the address's keyed hash; None for anything that is none of ours, or too old."""
    try:
        words = unseal((token + "=" * (-len(token) % 4)).encode())
        purpose, person, key, until = words.split("|")
        over = datetime.fromtimestamp(int(until), UTC) <= at
    except (InvalidToken, ValueError):
        return None
    return None if purpose != _PURPOSE or over else (int(person), key)


class ProofWriter:
    """The letter with the link."""

    def write(self, items: Sequence[Item], channel: Channel) -> Letter | None:
        """None where the person has another address by now, or has confirmed it."""
        del channel
        item = items[0]
        person = Person.objects.filter(pk=item.person_id or 0, is_active=True, email_unproved=True).first()
        if person is None or address_key(Channel.EMAIL, person.email) != item.detail["to"]:
            return None
        until = item.at + LASTS
        url = reverse("account_email_prove") + "?k=" + proof_token(person.pk, item.detail["to"], until)
        text = [
            _("Bu adres, bir Katip hesabına bildirim adresi olarak yazıldı."),
            _("Adres sizinse şu bağlantıyı açıp onaylayın: %(url)s") % {"url": f"{settings.KATIP.origin}{url}"},
            _("Bağlantı %(moment)s anına kadar çalışır ve adresi doğrulamaktan başka bir işe yaramaz.")
            % {"moment": f"{until.astimezone(ISTANBUL):%d.%m.%Y %H:%M}"},
            _("Siz yazmadıysanız bir şey yapmayın; onaylanmayan adrese bekleyen işler bildirilmez."),
        ]
        return Letter(_("Katip: Bildirim adresinizi doğrulayın"), "\n\n".join(text))
