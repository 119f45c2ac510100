"""Row-level security: what a transaction declares, what it leaves behind, and that no table was forgotten."""

import ast
from collections import Counter
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, connection, connections, transaction

from katip.core.actor import OPERATOR, Actor, Capacity
from katip.core.grants import grants_wanted
from katip.core.rows import Rows, rows_apply, rows_due, rows_enable, rows_wanted
from katip.core.usecase import acting_as, whole_from_here, whole_register
from katip.identity.models import Person
from katip.registry.models import Official
from tests.cast import AT, World

ROOT = Path(__file__).resolve().parents[2]

OPEN = {
    "where things are": ("registry_province", "registry_district", "registry_activity", "registry_activityhazard"),
    "who may be offered to, and who offers: found by a number before anything binds the two": (
        "registry_workplace",
        "registry_headcount",
        "registry_provider",
    ),
    "counts, holidays, opening hours": (
        "registry_administrativeleave",
        "contracts_coverage",
        "contracts_offerfunnel",
        "contracts_providercoverage",
        "counter_branch",
        "counter_branchclosure",
        "counter_openinghours",
        "documents_checktally",
        "updates_monthfigure",
    ),
    "works of the house that name nobody": (
        "core_fact",
        "core_sentform",
        "registry_importrun",
        "updates_feed",
        "updates_monthrun",
        "documents_monthdocuments",
        "seal_sealkey",
        "notices_addressfault",
        "notices_channelrest",
        "notices_round",
        "keeping_destruction",
        "keeping_mark",
        "keeping_retentionrun",
    ),
    "the proof of the events: numbers and hashes, served to everybody": (
        "audit_logentry",
        "audit_logqueue",
        "audit_logreader",
        "audit_logtile",
        "audit_checkpoint",
    ),
    "tables of libraries without people, or found by a keyed hash alone": (
        "auth_group",
        "auth_group_permissions",
        "auth_permission",
        "cache_entry",
        "django_content_type",
        "django_migrations",
        "procrastinate_events",
        "procrastinate_jobs",
        "procrastinate_periodic_defers",
        "procrastinate_workers",
    ),
}
"""Tables whose rows are hidden from nobody who has a grant, by reason."""


CALLERS = {
    "api/feed/guard.py": 1,
    "api/v1/guard.py": 1,
    "contracts/facts.py": 1,
    "contracts/fitness.py": 3,
    "contracts/kinds/undertaking.py": 1,
    "contracts/offering.py": 2,
    "contracts/people.py": 2,
    "contracts/services/appointment.py": 2,
    "contracts/services/draft.py": 1,
    "contracts/services/end.py": 2,
    "contracts/services/offer.py": 1,
    "contracts/services/offer_sheet.py": 2,
    "contracts/services/own_staff.py": 1,
    "contracts/services/reoffer.py": 2,
    "contracts/services/staff.py": 2,
    "contracts/services/undertaking.py": 2,
    "contracts/services/update.py": 1,
    "counter/services/applications.py": 1,
    "documents/checking.py": 2,
    "documents/proofs.py": 2,
    "keeping/own/part.py": 1,
    "keeping/services/own_data.py": 1,
    "notices/follow.py": 2,
    "notices/remind.py": 1,
    "notices/services/preferences.py": 2,
    "notices/signing_in.py": 1,
    "processes/selectors.py": 1,
    "processes/services/cancel.py": 1,
    "processes/services/complete.py": 1,
    "registry/looks.py": 1,
    "runs/receipts/checking.py": 2,
    "updates/plan/beside.py": 1,
    "updates/services/month_plan.py": 1,
    "web/contracts/acts/page.py": 1,
    "web/guide/views.py": 1,
    "web/notices/preferences.py": 1,
    "web/processes/together.py": 1,
    "web/processes/views.py": 1,
    "web/runs/contracts.py": 1,
    "web/runs/decide.py": 2,
}
"""Where something runs as the house, by file."""


def role() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def declared() -> tuple[str, ...]:
    names = ("person", "capacity", "workplaces", "providers", "professional")
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"coalesce(current_setting('katip.{name}', true), '')" for name in names))
        return tuple(cursor.fetchone())


def test_every_table_has_policies_or_a_reason() -> None:
    named = [table for tables in OPEN.values() for table in tables]
    assert [table for table, times in Counter(named).items() if times > 1] == []
    assert set(named) | set(rows_wanted()) == set(grants_wanted())
    assert set(named) & set(rows_wanted()) == set()


def test_what_is_stated_beside_a_model_is_understood() -> None:
    for model in apps.get_models():
        assert isinstance(getattr(model, "visible", Rows("")), Rows), model


def test_the_policies_bind(db: None) -> None:
    assert rows_due("default") == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_table_that_states_no_rows_any_more_hides_none() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("ALTER TABLE registry_headcount ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"CREATE POLICY rows_work ON registry_headcount TO {settings.KATIP_LOGINS.work} USING (true)")
        rows_apply("owner")
        cursor.execute("SELECT relrowsecurity FROM pg_class WHERE relname = 'registry_headcount'")
        assert cursor.fetchone() == (False,)


def policies_of(table: str) -> dict[str, str]:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT polname, pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polrelid = %s::regclass",
                       [table])  # fmt: skip
        return dict(cursor.fetchall())


@pytest.mark.django_db(databases=["default", "owner"])
def test_until_it_is_finished_the_version_before_keeps_its_rows() -> None:
    """What a policy hides that did not hide it before, stays to be seen while the version before serves."""
    wanted = policies_of("registry_payment")
    with connections["owner"].cursor() as cursor:
        cursor.execute("DROP POLICY rows_party ON registry_payment")
        cursor.execute(f"CREATE POLICY rows_party ON registry_payment TO {settings.KATIP_LOGINS.party} USING (id > 7)")
        cursor.execute("COMMENT ON POLICY rows_party ON registry_payment IS 'of the version before'")
    for _ in range(2):
        rows_apply("owner", exact=False)
        assert policies_of("registry_payment") == {**wanted, "rows_party_before": "(id > 7)"}
    assert rows_due("owner") == ["registry_payment"]
    with connections["owner"].cursor() as cursor:
        cursor.execute("COMMENT ON POLICY rows_party ON registry_payment IS 'of a version between'")
    rows_apply("owner", exact=False)
    assert policies_of("registry_payment") == {**wanted, "rows_party_before": "(id > 7)"}
    rows_enable("owner")
    assert policies_of("registry_payment") == wanted
    assert rows_due("owner") == []


@pytest.mark.django_db(databases=["default", "owner"])
def test_finished_at_once_nothing_of_the_version_before_is_left() -> None:
    wanted = policies_of("registry_payment")
    with connections["owner"].cursor() as cursor:
        cursor.execute("COMMENT ON POLICY rows_party ON registry_payment IS 'of the version before'")
    rows_apply("owner", exact=False)
    assert policies_of("registry_payment") != wanted
    rows_apply("owner")
    assert policies_of("registry_payment") == wanted


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_function_that_no_policy_asks_any_more_goes_with_the_version_before() -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("CREATE FUNCTION katip_sees_everything(bigint) RETURNS boolean SECURITY DEFINER RETURN true")
        left = []
        for exact in (False, True):
            rows_apply("owner", exact=exact)
            cursor.execute("SELECT count(*) FROM pg_proc WHERE proname = 'katip_sees_everything'")
            left.append(cursor.fetchone()[0])
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname ~ '^katip_(sees|knows)_'")
        assert cursor.fetchone()[0] >= 2
    assert left == [1, 0]


@pytest.mark.parametrize(
    ("who", "taken"),
    [
        (Actor(1), "party"),
        (Actor(1, Capacity.WORKPLACE, 1), "party"),
        (Actor(1, Capacity.PROVIDER, 1), "party"),
        (Actor(1, Capacity.OFFICIAL, 1), "party"),
        (OPERATOR, "work"),
    ],
)
def test_whoever_acts_takes_their_role(db: None, who: Actor, taken: str) -> None:
    before = role()
    with acting_as(who):
        assert role() == getattr(settings.KATIP_LOGINS, taken)
        assert declared()[0] == str(who.person_id or "")
    assert role() == before
    assert declared() == ("",) * 5


def test_an_office_is_believed_while_it_is_held(world: World) -> None:
    office = Official.objects.create(person=world.accountant, role="inspector")
    for someone, ended, taken in (
        (world.accountant, None, "official"),
        (world.stranger, None, "party"),
        (world.accountant, AT.date(), "party"),
    ):
        Official.objects.update(ended_on=ended)
        with acting_as(Actor(someone.pk, Capacity.OFFICIAL, office.pk)):
            assert role() == getattr(settings.KATIP_LOGINS, taken)
            assert Person.objects.filter(pk=world.owner.pk).exists() == (taken == "official")


def test_a_party_is_declared_with_the_mandates_of_the_day(world: World) -> None:
    with acting_as(world.actor("owner")):
        assert declared()[2:] == (f"{{{world.workplace.pk}}}", "{}", "")
    with acting_as(world.actor("manager")):
        assert declared()[2:] == ("{}", f"{{{world.provider.pk}}}", "")
    with acting_as(world.actor("specialist")):
        assert declared()[2:] == ("{}", "{}", str(world.professionals[103].pk))


def test_an_inner_block_of_somebody_else_gives_back_what_was(world: World) -> None:
    with acting_as(world.actor("owner")):
        outer = declared(), role()
        with acting_as(world.actor("owner"), durable=False):
            assert (declared(), role()) == outer
        with acting_as(OPERATOR):
            assert role() == settings.KATIP_LOGINS.work
        assert (declared(), role()) == outer


@pytest.mark.parametrize("statement", ["SELECT 1 / 0", ""])
def test_the_whole_register_is_given_back_when_something_goes_wrong(world: World, statement: str) -> None:
    seen = []

    @whole_register("a test")
    def fail() -> None:
        seen.append(role())
        with connection.cursor() as cursor:
            cursor.execute(statement or "SELECT 1")
        raise ValueError

    with acting_as(world.actor("owner")):
        with pytest.raises((ValueError, DatabaseError)), transaction.atomic():
            fail()
        assert (seen, role()) == ([settings.KATIP_LOGINS.work], settings.KATIP_LOGINS.party)
        assert not Person.objects.filter(pk=world.stranger.pk).exists()


def test_the_rest_of_a_block_is_the_houses_and_no_more(world: World) -> None:
    with acting_as(world.actor("owner")):
        assert not Person.objects.filter(pk=world.stranger.pk).exists()
        whole_from_here("a test")
        assert Person.objects.filter(pk=world.stranger.pk).exists()
        with acting_as(world.actor("owner")):
            assert role() == settings.KATIP_LOGINS.party
        assert role() == settings.KATIP_LOGINS.work
    with acting_as(world.actor("owner")):
        assert not Person.objects.filter(pk=world.stranger.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_nothing_is_left_after_the_transaction(world: World) -> None:
    before = role()
    with acting_as(world.actor("owner")):
        whole_from_here("a test")
    assert (role(), declared()) == (before, ("",) * 5)
    with pytest.raises(ValueError, match="gone"), acting_as(world.actor("owner")):
        raise ValueError("gone")
    assert (role(), declared()) == (before, ("",) * 5)


def callers() -> dict[str, list[str]]:
    """File → the reasons given in it, in order."""
    found: dict[str, list[str]] = {}
    for path in sorted((ROOT / "katip").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            if node.func.id in {"whole_register", "whole_from_here"}:
                [reason] = node.args
                found.setdefault(str(path.relative_to(ROOT / "katip")), []).append(ast.unparse(reason).strip("'\""))
    return found


def test_whoever_sees_everything_says_why_and_is_named_here() -> None:
    """A new caller is added with care: is the actor's own look, as the actor, before it?"""
    given = callers()
    assert all(len(reason) >= 20 or reason.isidentifier() for reasons in given.values() for reason in reasons)
    assert {file: len(reasons) for file, reasons in given.items()} == CALLERS
