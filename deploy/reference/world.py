"""Run on a worker by the release's own Python: the keys, and the sample world with its cast.

`python -m deploy.reference.world keys` draws what keys are missing; `… sample` loads the sample world; `… cast` says
who can sign in to it.
"""

import sys
from datetime import UTC, datetime

import django


def _keys() -> None:
    from django.conf import settings  # noqa: PLC0415 -- its import draws the first three keys

    from katip.audit.log.keys import log_keys  # noqa: PLC0415 -- Django must be set up
    from katip.documents.seal.files import sealer_current  # noqa: PLC0415 -- as above

    sealer_current()
    sys.stdout.write(f"The keys of {log_keys().origin} lie in {settings.KATIP.data / 'keys'}\n")


def _cast() -> None:
    from django.conf import settings  # noqa: PLC0415 -- as above

    from katip.demo.cast import cast_find, cast_table  # noqa: PLC0415 -- as above

    entries = cast_find(settings.KATIP.data)
    if entries is None:
        sys.exit("There is no sample world. It is chosen with the first start: deploy/cluster up --demo")
    sys.stdout.write(cast_table(entries, datetime.now(UTC)) + "\n")


def _sample() -> None:
    from django.conf import settings  # noqa: PLC0415 -- as above

    from katip.audit.log.sequence import sequence_all  # noqa: PLC0415 -- as above
    from katip.cli.sweep import due_do  # noqa: PLC0415 -- as above
    from katip.demo.cards.office import office_open  # noqa: PLC0415 -- as above
    from katip.demo.folder import origin_keep  # noqa: PLC0415 -- as above
    from katip.demo.world import WORLD, cast_open, world_load  # noqa: PLC0415 -- as above

    now = datetime.now(UTC)
    world_load(WORLD, now)
    entries = cast_open(settings.KATIP.data, now)
    office_open(settings.KATIP.data, settings.KATIP.trust_folder, entries, now)
    due_do(now)
    sequence_all(now)
    origin_keep(settings.KATIP.data, settings.KATIP.origin)


if __name__ == "__main__":
    django.setup()
    {"keys": _keys, "sample": _sample, "cast": _cast}[sys.argv[1]]()
