"""Employers with much to approve, for `script/test-cluster`; run where Katip's settings are, by `deploy/cluster run`.

`python -m deploy.faults.world APPROVALS EMPLOYERS` fills an installation that has no workplace yet, and prints as one
line of JSON who can sign in and what waits for them. Called again, it prints what still waits. Beside each contract
that waits another one is in force, for a month to change.
"""

import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

MADE = "ÖLÇÜM-1"
"""the authorisation number of the provider that `bulk_world` makes"""

_WAITING = """
SELECT mandate.person_id, process.id, process.workplace_id, process.version, process.terms_hash
FROM processes_process AS process JOIN registry_mandate AS mandate ON mandate.workplace_id = process.workplace_id
WHERE process.state = 'open' AND process.waits_for = 'employer' AND mandate.person_id = ANY(%s) ORDER BY process.id
"""


def world(approvals: int, employers: int) -> list[dict[str, Any]]:
    """Make it where nothing is, or find it; each employer with the second step's secret and what waits."""
    from django.db import connections

    from katip.cli.bench.bulk_world import world_make
    from katip.cli.bench.load_world import PASSWORD, _sign_in_open, numbers_give
    from katip.core.crypto import unseal
    from katip.registry.models import Provider, Workplace

    if not Workplace.objects.exists():
        world_make(approvals)
    elif not Provider.objects.filter(authorisation_no=MADE).exists():
        sys.exit("Other people's workplaces are here. This fills an installation of its own only.")
    with connections["owner"].cursor() as owner:
        people = _employers(owner, employers)
        numbers_give(people)
        secrets = _sign_in_open(owner, people)
        owner.execute("SELECT id, national_id_sealed FROM identity_person WHERE id = ANY(%s)", [people])
        numbers = {person: unseal(bytes(sealed)) for person, sealed in owner.fetchall()}
        owner.execute(_WAITING, [people])
        waiting: dict[int, list[tuple[int, int, int, str]]] = defaultdict(list)
        for person, *row in owner.fetchall():
            waiting[person].append(tuple(row))
    return [
        {"national_id": numbers[one], "password": PASSWORD, "secret": secrets[one], "waiting": waiting[one]}
        for one in people
    ]


def _employers(owner: Any, count: int) -> list[int]:
    """So many people among whom all workplaces that wait are shared out; everybody's mandates but theirs end."""
    owner.execute("SELECT DISTINCT person_id FROM registry_mandate WHERE capacity = 'e_bildirge' AND valid_to IS NULL")
    found = sorted(person for (person,) in owner.fetchall())
    if len(found) <= count:
        return found
    people = found[1 : count + 1]  # the first has all of them
    owner.execute("DELETE FROM registry_mandate WHERE capacity = 'e_bildirge'")
    owner.execute(
        "INSERT INTO registry_mandate (person_id, capacity, workplace_id, valid_from, valid_to)"
        " SELECT (%s::bigint[])[1 + process.id / 2 %% %s], 'e_bildirge', process.workplace_id, %s, NULL"
        " FROM processes_process AS process WHERE process.state = 'open' AND process.waits_for = 'employer'",
        [people, count, date(2020, 1, 1)],
    )
    return people


def main(arguments: Sequence[str]) -> None:
    """Print it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "katip.config.settings")
    import django

    django.setup()
    approvals, employers = map(int, arguments)
    sys.stdout.write(json.dumps(world(approvals, employers)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
