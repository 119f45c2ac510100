"""Another machine: restores a backup into its data folder, in a process of its own, and says what it finds there.

    python tests/cli/restored.py ARCHIVE KEYS DATA PASSPHRASE_FILE < what to look for, as JSON

Its last line is JSON. Nothing of the test's process is here but the files that an operator carries over.
"""

import hashlib
import json
import os
import sys
import time
from datetime import UTC, datetime
from typing import Any

from click.testing import CliRunner


def restore(archive: str, keys: str, data: str) -> str:
    """Call the command; what it said."""
    from katip.cli.restore import command

    answer = CliRunner().invoke(command, [archive, "--keys", keys, "--data", data])
    if answer.exit_code:
        raise SystemExit(answer.output)
    return answer.output


def found(asked: dict[str, Any]) -> dict[str, Any]:
    """What stands in the register, by the program's own eyes."""
    from django.db import connections
    from django.test import Client
    from django.urls import reverse
    from procrastinate.contrib.django.models import ProcrastinateJob

    from katip.audit.log.sequence import sequence_all
    from katip.audit.log.tiles import checkpoint_read
    from katip.audit.models import Event
    from katip.documents.models import DocumentFile
    from katip.documents.seal.check import seal_check
    from katip.identity.models import Person
    from katip.notices.models import Delivery
    from tests.cast import PASSWORD, code_at
    from tests.cli.counted import counted

    with connections["owner"].cursor() as cursor:
        counts = counted(cursor)
    before = checkpoint_read()
    client = Client()
    client.post(reverse("account_login"), {"login": asked["national_id"], "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code_at(time.time())})
    content = bytes(DocumentFile.objects.get().content)
    sequence_all(datetime.now(UTC))  # the log goes on, under the same key
    after = checkpoint_read()
    return {
        "counts": counts,
        "checkpoint": before and before[2],
        "size_after": after and after[0],
        "jobs": list(ProcrastinateJob.objects.values_list("task_name", "status")),
        "messages": Delivery.objects.count(),
        "tags": sorted(set(Event.objects.values_list("tag", flat=True))),
        "national_ids": sorted(person.national_id for person in Person.objects.all()),
        "pdf": hashlib.sha256(content).hexdigest(),
        "seal": seal_check(content).state,
        "signed_in": client.session.get("_auth_user_id"),
        "inside": client.get("/secim/").status_code,
    }


def main() -> None:
    """One run."""
    archive, keys, data, passphrase_file = sys.argv[1:]
    os.environ["KATIP_BACKUP_PASSPHRASE_FILE"] = passphrase_file
    said = restore(archive, keys, data)
    from django.conf import settings
    from django.test.utils import setup_test_environment

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    setup_test_environment()
    sys.stdout.write("\n" + json.dumps({"said": said, **found(json.load(sys.stdin))}) + "\n")


if __name__ == "__main__":
    main()
