"""What each kind of actor sees of each table, by the web processes' own login, in a register that is committed.

Two sides fill every table and have nothing to do with each other. A cell says of whose rows somebody of the first side
sees any: `own`, `all` (the other side's, too), or nothing. `nobody` is the web login while nobody acts.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections

from katip.core.actor import OPERATOR, Actor, Capacity
from katip.core.rows import rows_wanted
from katip.core.usecase import acting_as
from katip.rules.retention_kept import RULES
from tests.door import nobody_acts
from tests.rows.two_sides import NOT_FILLED, Side, filled_tables, sides_make

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner"])
ACTORS = ("employer", "manager", "professional", "official", "house", "nobody")
TABLE = """
account_emailaddress            own  –    –    all  all  all
account_emailconfirmation       –    –    –    all  all  all
audit_checkpoint                all  all  all  all  all  all
audit_event                     own  –    –    all  all  –
audit_eventdetail               own  –    –    all  all  –
audit_logentry                  all  all  all  all  all  all
audit_logqueue                  all  all  all  all  all  all
audit_logreader                 all  all  all  all  all  all
audit_logtile                   all  all  all  all  all  all
audit_look                      –    own  own  all  all  –
contracts_carried               own  own  own  all  all  –
contracts_contract              own  own  own  all  all  –
contracts_contractact           own  own  own  all  all  –
contracts_contractversion       own  own  own  all  all  –
contracts_coverage              all  all  all  all  all  all
contracts_durationupdate        own  own  own  all  all  –
contracts_monthchange           own  own  own  all  all  –
contracts_offerdraft            –    own  –    all  all  –
contracts_offerfunnel           all  all  all  all  all  all
contracts_offersheet            –    own  –    all  all  –
contracts_providercoverage      all  all  all  all  all  all
contracts_shortage              own  –    –    all  all  –
contracts_undertaking           own  –    –    all  all  –
core_fact                       all  all  all  all  all  all
core_sentform                   all  all  all  all  all  all
counter_application             own  –    –    all  all  all
counter_branch                  all  all  all  all  all  all
counter_branchclosure           all  all  all  all  all  all
counter_openinghours            all  all  all  all  all  all
counter_posting                 –    –    –    all  all  –
counter_review                  –    –    –    all  all  –
django_session                  all  all  all  all  all  all
documents_checktally            all  all  all  all  all  all
documents_document              own  own  own  all  all  –
documents_documentfile          own  own  own  all  all  –
documents_monthdocuments        all  all  all  all  all  all
guide_guidelink                 –    own  –    all  all  –
identity_activationcode         own  –    –    all  all  all
identity_chipsession            own  –    –    all  all  all
identity_enrolment              own  –    –    all  all  all
identity_knowndevice            own  –    –    all  all  all
identity_person                 own  own  own  all  all  all
identity_proofing               own  –    –    all  all  all
identity_providerlink           own  –    –    all  all  all
identity_securitynotice         own  –    –    all  all  all
keeping_datarequest             own  –    –    all  all  –
keeping_destruction             all  all  all  all  all  all
keeping_mark                    all  all  all  all  all  all
keeping_noticeshown             own  –    –    all  all  –
keeping_retentionrun            all  all  all  all  all  all
mfa_authenticator               own  –    –    all  all  all
notices_addressfault            all  all  all  all  all  all
notices_channelrest             all  all  all  all  all  all
notices_delivery                own  own  own  all  all  –
notices_habit                   own  –    –    all  all  –
notices_hookdelivery            –    own  –    all  all  –
notices_hooksubscription        –    own  –    all  all  –
notices_notice                  own  –    –    all  all  –
notices_objection               own  –    –    all  all  –
notices_preference              own  –    –    all  all  –
notices_round                   all  all  all  all  all  all
processes_decision              own  own  own  all  all  –
processes_process               own  own  own  all  all  –
processes_step                  own  own  own  all  all  –
programs_apitoken               –    own  –    all  all  –
programs_idempotencykey         –    own  –    all  all  –
programs_tokencalls             –    own  –    all  all  –
registry_administrativeleave    all  all  all  all  all  all
registry_certificate            own  own  own  all  all  –
registry_contactdeclaration     own  –    –    all  all  –
registry_headcount              all  all  all  all  all  all
registry_importrun              all  all  all  all  all  all
registry_mandate                own  own  –    all  all  –
registry_official               –    –    –    all  all  –
registry_payment                own  –    –    all  all  –
registry_professional           own  own  own  all  all  –
registry_provider               all  all  all  all  all  all
registry_staffcontract          –    own  own  all  all  –
registry_standing               own  own  –    all  all  –
registry_workplace              all  all  all  all  all  all
runs_run                        own  –    –    all  all  –
runs_runoutcome                 own  –    –    all  all  –
runs_runreceipt                 own  –    –    all  all  –
runs_runreceiptfile             own  –    –    all  all  –
runs_runrow                     own  –    –    all  all  –
seal_sealkey                    all  all  all  all  all  all
seal_waitingseal                –    –    –    all  all  –
updates_digest                  own  –    –    all  all  –
updates_feed                    all  all  all  all  all  all
updates_feedfault               –    –    –    all  all  –
updates_feedkey                 –    –    –    all  all  –
updates_feedpart                –    –    –    all  all  –
updates_missing                 own  –    –    all  all  –
updates_monthchunk              –    –    –    all  all  –
updates_monthfigure             all  all  all  all  all  all
updates_monthprovider           –    own  –    all  all  –
updates_monthrun                all  all  all  all  all  all
usersessions_usersession        own  –    –    all  all  all
"""
OPEN = {
    "audit_checkpoint": "signed roots of the log, which are published",
    "audit_logentry": "the proof of the events: hashes and numbers",
    "audit_logqueue": "the proof of the events: hashes and numbers",
    "audit_logreader": "how far readers of the log have come",
    "audit_logtile": "the proof of the events: hashes",
    "auth_group": "no group is used",
    "auth_group_permissions": "no group is used",
    "auth_permission": "no group is used",
    "cache_entry": "counters under keyed hashes",
    "contracts_coverage": "counts",
    "contracts_offerfunnel": "counts",
    "contracts_providercoverage": "counts",
    "core_fact": "what the program notes of itself",
    "core_sentform": "hashes of forms, with the moment",
    "counter_branch": "where people go, which is published",
    "counter_branchclosure": "where people go, which is published",
    "counter_openinghours": "where people go, which is published",
    "django_content_type": "the program's own",
    "django_migrations": "the program's own",
    "documents_checktally": "counts",
    "documents_monthdocuments": "which part of a month waits",
    "keeping_destruction": "counts of what was destroyed",
    "keeping_mark": "how far a rule has gone",
    "keeping_retentionrun": "counts of what was destroyed",
    "notices_addressfault": "keyed hashes of addresses, without whose they are",
    "notices_channelrest": "how a channel is",
    "notices_round": "how far a day's reminders have come",
    "procrastinate_events": "numbers of what is to be done",
    "procrastinate_jobs": "numbers of what is to be done",
    "procrastinate_periodic_defers": "numbers of what is to be done",
    "procrastinate_workers": "who is at work",
    "registry_activity": "reference",
    "registry_activityhazard": "reference",
    "registry_administrativeleave": "reference",
    "registry_district": "reference",
    "registry_headcount": "figures of a workplace, by which the law is put to an offer",
    "registry_importrun": "when which list came in",
    "registry_provider": "a directory of those who are authorised, which the ministry publishes",
    "registry_province": "reference",
    "registry_workplace": "a directory: whoever offers finds a workplace by its SGK number",
    "seal_sealkey": "certificates, which are published",
    "updates_feed": "when a feed came, and its counts",
    "updates_monthfigure": "counts",
    "updates_monthrun": "when a month was carried out, and its counts",
}
"""Tables without rows of anybody's, and why: whoever has a grant sees them whole."""
SHARED = {"django_session"}
"""Found by whoever has its key; what lies in it is sealed."""


def actors_of(side: Side) -> dict[str, Actor]:
    people = {role: person.pk for role, person in side.people.items()}
    return {
        "employer": Actor(people["employer"], Capacity.WORKPLACE, side.of("registry_workplace").pk),
        "manager": Actor(people["manager"], Capacity.PROVIDER, side.of("registry_provider").pk),
        "professional": Actor(people["professional"]),
        "official": Actor(people["official"], Capacity.OFFICIAL, side.of("registry_official").pk),
        "house": OPERATOR,
        "nobody": Actor(None),
    }


def seen_by(actor: Actor, sides: tuple[Side, Side]) -> Iterator[tuple[str, str]]:
    """Table → of whose rows this actor sees any."""
    with nobody_acts(), acting_as(actor):
        for table, model in filled_tables().items():
            there = set(model._base_manager.values_list("pk", flat=True))
            own, foreign = ({row.pk for row in side.rows[table]} & there for side in sides)
            yield table, ("all" if own else "foreign") if foreign else "own" if own else "–"


@pytest.fixture
def sides() -> tuple[Side, Side]:
    return sides_make()


def test_each_sees_what_the_table_says(sides: tuple[Side, Side]) -> None:
    wanted = {row[0]: tuple(row[1:]) for line in TABLE.strip().splitlines() if (row := line.split())}
    columns = [dict(seen_by(actor, sides)) for actor in actors_of(sides[0]).values()]
    assert {table: tuple(column[table] for column in columns) for table in filled_tables()} == wanted
    assert {table for table, row in wanted.items() if "all" in row[:3]} <= OPEN.keys() | SHARED


def test_a_stranger_has_nothing_of_either(sides: tuple[Side, Side]) -> None:
    """Somebody without mandate, office or contract, and somebody who is not there at all."""
    for person in (10**9, sides[0].people["official"].pk):
        found = dict(seen_by(Actor(person), sides))
        own = {"identity_person", "registry_official", "counter_posting"} if person < 10**9 else set()
        assert {table for table, whose in found.items() if whose != "–"} - own - OPEN.keys() <= SHARED


def test_outside_a_transaction_nobody_acts(sides: tuple[Side, Side]) -> None:
    """What was set for one transaction is an empty text in the next, which is nobody."""
    with nobody_acts():
        with acting_as(actors_of(sides[0])["employer"]):
            assert seen("processes_process")
        assert not seen("processes_process")
        with acting_as(Actor(None)):
            assert not seen("processes_process")


@pytest.mark.parametrize("role", ["employer", "manager", "professional"])
def test_nothing_of_others_can_be_written(sides: tuple[Side, Side], role: str) -> None:
    """A row that is not seen cannot be changed or taken away, whatever the statement says."""
    here, there = sides
    for table, model in filled_tables().items():
        if table in OPEN.keys() | SHARED:
            continue
        theirs = [row.pk for row in there.rows[table]]
        with nobody_acts(), acting_as(actors_of(here)[role]):
            for statement in ("UPDATE", "DELETE"):
                assert changed(model, theirs, statement) == 0, (table, statement)


def changed(model: Any, keys: list[Any], statement: str) -> int:
    """How many of these rows the statement reaches; what the grants do not allow at all reaches none."""
    table, column = model._meta.db_table, model._meta.pk.column
    may = "has_table_privilege(%s, %s)"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {may}", [table, statement])
        if cursor.fetchone() != (True,):
            return 0
        if statement == "UPDATE":
            cursor.execute(f"UPDATE {table} SET {column} = {column} WHERE {column} = ANY(%s)", [keys])  # noqa: S608 -- tables of ours
        else:
            cursor.execute(f"DELETE FROM {table} WHERE {column} = ANY(%s)", [keys])  # noqa: S608 -- tables of ours
        return int(cursor.rowcount)


def seen(table: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")  # noqa: S608 -- tables of ours
        return bool(cursor.fetchone()[0])


def test_every_table_states_its_rows_or_why_it_has_none() -> None:
    named = {table.partition(".")[0] for rule in RULES for table in rule.tables}
    assert named - rows_wanted().keys() == OPEN.keys() & named
    assert not OPEN.keys() & rows_wanted().keys()


def test_every_table_is_filled_here() -> None:
    named = {table.partition(".")[0] for rule in RULES for table in rule.tables}
    assert named - filled_tables().keys() <= NOT_FILLED


def test_every_policy_binds() -> None:
    """Row-level security is on wherever rows are stated, and binds all but the owner and the house."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relkind = 'r'")
        assert {name for (name,) in cursor.fetchall()} == rows_wanted().keys()
        cursor.execute("SELECT rolname FROM pg_roles WHERE (rolbypassrls OR rolsuper) AND rolname LIKE 'katip%'")
        assert {name for (name,) in cursor.fetchall()} == {"katip_admin", settings.KATIP_LOGINS.work}
