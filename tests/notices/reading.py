"""Reading the log as the room of notices does, and looking at what came of it."""

from collections import Counter
from datetime import datetime

from katip.audit.log.sequence import sequence_all
from katip.audit.log.stream import reader_begin, stream_consume
from katip.audit.models import LogReader
from katip.identity.models import Person
from katip.notices.models import Delivery, Notice
from katip.notices.stream import READER, TAGS, events_tell
from tests.cast import AT

OUT = {
    "smtp_url": "smtp://127.0.0.1:1",
    "sms_url": "http://127.0.0.1:1/sms",
    "sms_body": '{"to": "{phone}", "text": "{text}"}',
    "kep_url": "http://127.0.0.1:1/kep",
    "kep_body": '{"to": "{address}", "text": "{text}"}',
}
"""settings under which every channel is open; nothing is sent by these tests"""


def tell(at: datetime = AT) -> int:
    """Read the log from where it was read to, first of all from its beginning; returns how many entries passed."""
    reader_begin(READER, 0)
    sequence_all(at)
    passed = 0
    while count := stream_consume(READER, events_tell, at, tags=TAGS):
        passed += count
    return passed


def tell_again(at: datetime = AT) -> int:
    """Read everything once more, as if the reader had lost its place."""
    LogReader.objects.filter(name=READER).update(position=0)
    return tell(at)


def kinds_of(someone: Person) -> list[str]:
    """What a person was told, in order."""
    return list(Notice.objects.filter(person=someone).order_by("pk").values_list("kind", flat=True))


def waiting_out() -> Counter[tuple[str, int | None]]:
    """What goes out: channel and person, counted."""
    return Counter(Delivery.objects.values_list("channel", "person_id"))
