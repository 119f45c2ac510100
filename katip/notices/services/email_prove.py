"""An address that a person typed is theirs: confirmed by the link that was sent there."""

from datetime import datetime

from katip.audit.services.record import Happening, record
from katip.core.actor import Actor
from katip.core.usecase import use_case
from katip.identity.models import Person
from katip.notices.addresses import address_key, fault_end
from katip.notices.models import Channel
from katip.notices.proving import proof_read


@use_case
def email_prove(*, actor: Actor, at: datetime, token: str) -> bool:
    """Take the person's present address as confirmed; whether the link was of that address and in time."""
    read = proof_read(token, at)
    if read is None:
        return False
    person_id, key = read
    person = Person.objects.select_for_update().filter(pk=person_id, is_active=True).first()
    if person is None or not person.email or address_key(Channel.EMAIL, person.email) != key:
        return False
    if person.email_unproved:
        person.email_unproved = False
        person.save(update_fields=["email_unproved"])
        fault_end(Channel.EMAIL, key, at)
        record(actor, at, Happening("identity:email:proved", person.pk))
    return True
