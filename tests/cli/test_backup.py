"""`katip backup` and `katip restore`: an installation carried to another machine, and what is refused."""

import hashlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest
import typst
from click import ClickException
from click.testing import CliRunner, Result
from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.executor import MigrationExecutor

from katip.audit.log.sequence import sequence_all
from katip.audit.log.tiles import checkpoint_read
from katip.audit.models import Event
from katip.audit.services.backup_note import MADE, RESTORED
from katip.cli import backup, restore
from katip.cli.migrate import migrate
from katip.core.backup import BackupError, bundle
from katip.core.backup.archive import archive_open, part_read
from katip.core.backup.shape import known_require
from katip.core.backup.tables import MARKER
from katip.core.jobs import job_defer
from katip.core.postgres import server_remove
from katip.documents.models import Document, DocumentFile
from katip.documents.seal.pdf import pdf_seal
from katip.identity.models import Person
from katip.notices.models import Delivery
from katip.updates.jobs import MONTH_WORK
from tests.cast import AT, World, sign_in_open, signed_in
from tests.cli.counted import counted
from tests.conftest import owner_connect

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])

PASSPHRASE = "a passphrase for tests"
ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "passphrase"
    path.write_text(PASSPHRASE + "\nanother line\n")
    path.chmod(0o600)
    monkeypatch.setenv("KATIP_BACKUP_PASSPHRASE_FILE", str(path))
    monkeypatch.setattr(bundle, "COST", 1 << 10)
    monkeypatch.setattr("katip.cli.stopping.signals_set", list)


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    outer = Path(mkdtemp(prefix="katip-test-"))
    outer.chmod(0o711)  # as root, the server's account has to pass through
    yield outer / "data"
    server_remove(outer / "data")
    shutil.rmtree(outer)


def backs_up(*arguments: object) -> Result:
    return CliRunner().invoke(backup.command, [str(argument) for argument in arguments])


def restores(*arguments: object) -> Result:
    return CliRunner().invoke(restore.command, [str(argument) for argument in arguments])


def sealed(contract_id: int) -> bytes:
    """A document of the contract, sealed by the installation's key."""
    at = datetime.now(UTC)
    plain = typst.compile(b"= Belge", pdf_standards="a-2b")
    assert isinstance(plain, bytes)
    done = pdf_seal(plain, reason="Katip", at=at)
    DocumentFile.objects.create(
        document=Document.objects.get(contract_id=contract_id, occasion="active"),
        sha256=hashlib.sha256(done.content).hexdigest(),
        content=done.content,
        sealed_at=at,
        level=done.level,
        key_id=done.key_id,
    )
    return done.content


def test_an_installation_is_carried_to_another_machine(world: World, tmp_path: Path, elsewhere: Path) -> None:
    sign_in_open(world.owner)
    pdf = sealed(world.active().pk)
    for state in ("sent", "waiting"):  # one that left, one that waits: it left from the old machine meanwhile
        told = {"channel": "email", "kind": "x", "made_at": AT, "due_at": AT, "ends_at": AT, "state": state}
        Delivery.objects.create(person=world.owner, address_sealed=b"", **told)
    with transaction.atomic():
        job_defer(MONTH_WORK, run_id=1)
    sequence_all(AT)
    checkpoint = checkpoint_read()
    assert checkpoint is not None
    signed_in(world.owner)

    answer = backs_up(tmp_path / "out", "--keys-to", tmp_path)
    assert answer.exit_code == 0, answer.output
    (archive,), (keys,) = (tmp_path / "out").iterdir(), tmp_path.glob("*.keys")
    with connections["owner"].cursor() as cursor:
        counts = counted(cursor)

    there = another_machine(archive, keys, elsewhere, tmp_path / "passphrase", world.owner.national_id)
    assert "Restored:" in there["said"]
    assert "What to do next" in there["said"]
    assert f"export KATIP_DATA={elsewhere}" in there["said"].replace("\n", "")
    assert f"The log is as it was left: {checkpoint[0]} events" in there["said"]
    # Events too: one of the backup there, one of the restore here. Django fills permissions in by itself, and nobody
    # uses them; tests empty them.
    other = {name for name, rows in there["counts"].items() if rows != counts[name]}
    assert other <= {"auth_permission"}
    assert there["jobs"] == [[MONTH_WORK, "todo"]]
    assert there["messages"] == 1
    assert there["national_ids"] == sorted(person.national_id for person in Person.objects.all())
    assert there["checkpoint"] == checkpoint[2]
    assert there["size_after"] > checkpoint[0]
    assert RESTORED in there["tags"]
    assert MADE not in there["tags"]
    assert there["pdf"] == hashlib.sha256(pdf).hexdigest()
    assert there["seal"] == "intact"
    assert (there["signed_in"], there["inside"]) == (str(world.owner.pk), 200)


def another_machine(archive: Path, keys: Path, data: Path, passphrase: Path, national_id: str) -> dict[str, Any]:
    """What is found there after a restore."""
    program = [sys.executable, str(ROOT / "tests" / "cli" / "restored.py")]
    run = subprocess.run(
        [*program, str(archive), str(keys), str(data), str(passphrase)],
        input=json.dumps({"national_id": national_id}),
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "KATIP_ENV": "development"},
    )
    assert run.returncode == 0, run.stdout + run.stderr
    found: dict[str, Any] = json.loads(run.stdout.splitlines()[-1])
    return found


# ------------------------------------------------------------------------------------------------------ what is refused


def test_what_was_put_away_is_recorded_and_looked_at(tmp_path: Path) -> None:
    answer = backs_up(tmp_path / "out", "--keys-to", tmp_path / "apart.keys")
    assert answer.exit_code == 0, answer.output
    (folder,) = (tmp_path / "out").iterdir()
    archive = archive_open(folder)
    event = Event.objects.select_related("detail").get(tag=MADE)
    assert event.detail.body["manifest_sha256"] == archive.manifest_sha256
    assert event.detail.body["keys"] is True
    secrets = [path for path in (Path(settings.KATIP.data) / "keys").rglob("*") if path.is_file()]
    everything = b"".join(b"".join(part_read(archive, table.part)) for table in archive.manifest.tables)
    assert secrets
    assert not [path for path in secrets if path.read_bytes().strip() in everything]
    looked = backs_up("--check", folder)
    assert looked.exit_code == 0
    assert "is whole" in looked.output
    assert "made by the installation that has these keys" in looked.output
    assert backs_up("--check", folder, "--keys", tmp_path / "apart.keys").exit_code == 0
    part = folder / "tables" / "registry_province.copy.gz"
    part.write_bytes(part.read_bytes()[:-1])
    looked = backs_up("--check", folder)
    assert looked.exit_code == 1
    assert "tables/registry_province.copy.gz has" in looked.output
    refused = restores(folder, "--keys", tmp_path / "apart.keys")
    assert "is not whole" in refused.output
    (tmp_path / "passphrase").write_text("another passphrase")
    refused = restores(folder, "--keys", tmp_path / "apart.keys")
    assert "The passphrase is not the file's" in refused.output


def test_a_register_that_is_in_use_is_never_restored_over(world: World, tmp_path: Path) -> None:
    backs_up(tmp_path / "out", "--without-keys")
    (folder,) = (tmp_path / "out").iterdir()
    refused = restores(folder)
    assert refused.exit_code == 1
    assert "is not empty" in refused.output
    assert Person.objects.count() == 8


def test_keys_go_apart_or_nowhere(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    cases = {
        (): "Say where the keys go",
        ("--without-keys", "--keys-to", tmp_path / "k"): "Say where the keys go",
        ("--keys-to", tmp_path / "out" / "k"): "Keys lie apart from the data",
        ("--keys-to", tmp_path / "taken"): "is there already",
        ("--keys-to", tmp_path / "no" / "k"): "cannot be made",
    }
    for arguments, said in cases.items():
        answer = backs_up(tmp_path / "out", *arguments)
        assert answer.exit_code != 0
        assert said in answer.output
    (tmp_path / "passphrase").write_text("short\n")
    assert "12 characters" in backs_up(tmp_path / "out", "--keys-to", tmp_path / "k").output
    (tmp_path / "passphrase").chmod(0o640)
    assert "can be read by others" in backs_up(tmp_path / "out", "--keys-to", tmp_path / "k").output
    assert not (tmp_path / "out").exists()
    assert not Event.objects.exists()


def test_a_database_in_the_middle_of_a_restore_is_not_migrated() -> None:
    with owner_connect() as connection:
        connection.execute(f"CREATE TABLE {MARKER} ()")
        try:
            with pytest.raises(ClickException, match="A restore into this database was cut off"):
                migrate()
        finally:
            connection.execute(f"DROP TABLE {MARKER}")


def test_every_migration_can_be_told_from_another() -> None:
    """Restoring makes the tables as they were when the backup was made: a newer backup names what is unknown here."""
    names = list(MigrationExecutor(connections["owner"]).loader.disk_migrations)
    known_require(names)
    with pytest.raises(BackupError, match=r"made by a newer version: this one does not know core.9999_later"):
        known_require([*names, ("core", "9999_later")])
