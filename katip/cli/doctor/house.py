"""This machine: its disk, what was made for the pages, backups, and the key of the seal."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from katip.core.environment import Environment
from katip.core.finding import Finding, fine, problem, warning

_LITTLE, _HARDLY = 2 << 30, 200 << 20
_LITTLE_PART = 0.1
_BACKUP_LATE = timedelta(days=2)


def machine_look(environment: Environment) -> Iterator[Finding]:
    """The disk, and what lies on it."""
    data = environment.data
    if not data.is_dir():
        yield fine(f"{data} is not there yet")
        return
    if not os.access(data, os.W_OK):
        yield problem(
            f"{data} cannot be written", "Static files and keys lie there.", "Let its account be the processes'."
        )
    usage = shutil.disk_usage(data)
    told = (
        f"{usage.free / (1 << 30):,.1f} GiB are free where {data} lies",
        "A full disk stops the embedded database, the log's lines and backups.",
        "Make room, or a larger disk.",
    )
    if usage.free < _HARDLY:
        yield problem(*told)
    elif usage.free < min(_LITTLE, usage.total * _LITTLE_PART):
        yield warning(*told)
    else:
        yield fine(told[0])
    if (data / "static").is_dir() and not (data / "static" / "staticfiles.json").is_file():
        yield problem(
            f"{data / 'static'} has no list of its files",
            "Pages fail where they name a style or a script.",
            "Start katip serve anew: it collects them.",
        )


def backup_look(environment: Environment) -> Iterator[Finding]:
    """When the last backup was made."""
    from katip.core.facts import fact_find

    if environment.env != "production":
        return
    fact = fact_find("backup")
    if fact is None:
        yield warning(
            "no katip backup has been made",
            "Without one, a lost disk or a wrong command ends the register; copies on other servers repeat a mistake.",
            "katip backup every night (docs/backup.md); where you use the server's own tools, rehearse their restore.",
        )
    elif (age := datetime.now(UTC) - fact.at) > _BACKUP_LATE:
        yield warning(
            f"the last backup is {age.days} days old", "What came since would be lost.", "katip backup (docs/backup.md)"
        )
    else:
        yield fine(f"the last backup was made {fact.at:%Y-%m-%d %H:%M} UTC")


def seal_look(environment: Environment, *, reach: bool) -> Iterator[Finding]:
    """The key of the seal; makes none. With `reach` all that `katip seal doctor` looks at."""
    from katip.documents.seal import doctor
    from katip.documents.seal.authority import CURRENT
    from katip.documents.seal.files import seal_folder, sealer_current, sealer_fit
    from katip.documents.seal.models import SealKey

    now = datetime.now(UTC)
    if environment.seal_key is None and not (seal_folder() / CURRENT).is_file() and not SealKey.objects.exists():
        if environment.database_url:
            yield warning(
                "no key of the seal was made yet",
                "The first document makes one, on the machine whose worker happens to take it.",
                f"katip seal doctor makes it now; then copy {seal_folder()} to every worker.",
            )
        return
    if reach:
        for found in doctor.seal_examine(now):
            yield replace(found, what=f"the seal: {found.what}")
        return
    sealer = sealer_current()
    sealer_fit(sealer.chain, now)
    yield fine(f"the seal's key is good until {min(one.not_valid_after_utc for one in sealer.chain):%Y-%m-%d}")
