"""`katip audit`: what it prints, and with which status it ends."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import transaction

from katip.audit.log.keys import log_keys
from katip.audit.log.notes import Head, Signer
from katip.audit.log.sequence import sequence
from katip.audit.models import Checkpoint
from katip.audit.services.record import Happening, record
from katip.cli.audit import command
from katip.core.actor import OPERATOR
from tests.cast import AT
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(transaction=True)


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(command, arguments, input=typed)


def happen(count: int) -> None:
    with transaction.atomic():
        record(OPERATOR, AT, *(Happening("audit:test:made", no) for no in range(count)))
    sequence(AT)


def test_a_log_is_verified_from_a_checkpoint_that_was_kept(tmp_path: Path) -> None:
    assert "Nothing is signed yet" in run("checkpoint").output
    happen(3)
    kept = run("checkpoint").output
    assert kept == Checkpoint.objects.get(size=3).note
    (tmp_path / "kept.txt").write_text(kept)
    happen(2)
    done = run("verify", "--from", str(tmp_path / "kept.txt"), "--from", "-", "--from", kept, typed=kept)
    assert done.exit_code == 0, done.output
    assert "5 events, 5 details, 0 details erased, 0 tiles, 3 checkpoints, 0 events waiting" in done.output
    assert "Everything is as it was left, and has only grown since the checkpoint of 3." in done.output
    with owner_connect() as owner:
        owner.execute("ALTER TABLE audit_event DISABLE TRIGGER USER")
        owner.execute("UPDATE audit_event SET subject_id = 99 WHERE subject_id = 2")
        owner.execute("ALTER TABLE audit_event ENABLE TRIGGER USER")
    done = run("verify")
    assert done.exit_code == 1
    assert "event_changed: position 2: event " in done.output
    assert "Not as it was left: 1 findings." in done.output


def test_what_is_no_checkpoint_of_this_log_is_not_verified_from(tmp_path: Path) -> None:
    happen(1)
    other = Signer(log_keys().origin, bytes(32)).sign(Head(log_keys().origin, 1, bytes(32)).text)
    for text, said in ((other.encode(), "no signature is by a key"), (b"x", "no signed note"), (b"\xff", "be read")):
        (tmp_path / "other.txt").write_bytes(text)
        done = run("verify", "--from", str(tmp_path / "other.txt"))
        assert done.exit_code == 2
        assert said in done.output
    assert run("verify", "--from", str(tmp_path / "none.txt")).exit_code == 2


def test_the_keys_are_printed() -> None:
    assert run("key").output == "".join(f"{one}\n" for one in log_keys().vkeys)
