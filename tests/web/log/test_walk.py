"""The log as it is served, walked by the separate program."""

import pytest
from django.db import transaction
from django.test import Client

from katip.audit.log.keys import log_keys
from katip.audit.log.sequence import sequence_all
from katip.audit.services.record import Happening, record
from katip.core.actor import OPERATOR
from katip_verify.checkpoint import checkpoint_open
from katip_verify.merkle import consistency_check
from katip_verify.note import keys_parse
from katip_verify.tiles import Log, checkpoint_read
from katip_verify.walk import walk
from tests.cast import AT

pytestmark = pytest.mark.django_db


class Served:
    """The log's files, asked for without a network."""

    def read(self, name: str, limit: int) -> bytes | None:
        answer = Client().get(f"/kayit/{name}")
        assert answer.status_code in {200, 404}
        assert len(answer.content) <= limit
        return bytes(answer.content) if answer.status_code == 200 else None


def happen(count: int) -> None:
    with transaction.atomic():
        record(OPERATOR, AT, *(Happening("audit:test:made", no) for no in range(count)))
    sequence_all(AT)


def test_what_is_served_has_the_root_that_was_signed_and_begins_with_what_was_signed_before() -> None:
    keys, source = keys_parse(log_keys().vkeys), Served()
    happen(300)
    old = checkpoint_open(checkpoint_read(source), keys, log_keys().origin).head
    happen(290)
    new = checkpoint_open(checkpoint_read(source), keys, log_keys().origin).head
    assert (old.size, new.size) == (300, 590)
    log = Log(source, new.size)
    assert walk(log, {old.size, new.size}) == {old.size: old.root, new.size: new.root}
    consistency_check(old.size, old.root, new.size, new.root, log.consistency(old.size))
