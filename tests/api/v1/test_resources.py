"""What the API tells of a provider's work, and that none of it is told to another."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from katip.audit.models import Look
from katip.contracts.models import Contract
from katip.documents.models import Document, DocumentState
from katip.documents.sheet import FIELDS
from katip.programs.scopes import Scope
from tests.api.v1.cast import Program, other_make, program_make
from tests.cast import AT, World, workplace

pytestmark = pytest.mark.django_db


@pytest.fixture
def program(world: World) -> Program:
    return program_make(world)


def test_a_workplace_tells_its_figures(world: World, program: Program) -> None:
    world.offer()
    [told] = program.items("/workplaces")
    assert told["sgk_number"] == world.workplace.sgk_number
    assert (told["hazard_class"], told["employees"], told["province_code"]) == ("hazardous", 12, 16)
    assert program.get(f"/workplaces/{world.workplace.pk}") == told
    assert program.items(f"/workplaces?sgk_number={world.elsewhere.sgk_number}") == []


def test_what_the_law_asks_is_judged(world: World, program: Program) -> None:
    world.active()
    told = program.get(f"/workplaces/{world.workplace.pk}/compliance")
    assert {one["profession"]: one["verdict"] for one in told["professions"]} == {
        "safety_specialist": "fit",
        "workplace_physician": "short",
        "other_health_personnel": "fit",
    }
    physician = next(one for one in told["professions"] if one["profession"] == "workplace_physician")
    assert (physician["requirement"]["minutes"], physician["missing_minutes"]) == (120, 120)
    assert program.items("/compliance") == [told]
    assert program.items("/compliance?short=true") == []
    Contract.objects.update(fit="short")
    assert program.items("/compliance?short=true") == [told]


def test_required_minutes_are_reckoned(program: Program) -> None:
    told = program.get("/required-minutes?hazard_class=very_hazardous&employees=620&as_of=2026-01-01")
    assert (told["safety_specialist"]["full_time_persons"], told["safety_specialist"]["minutes"]) == (2, 4800)
    assert told["workplace_physician"]["minutes"] == 9300
    assert told["other_health_personnel"]["minutes"] == 12400
    early = program.problem("GET", "/required-minutes?hazard_class=low&employees=60&as_of=2013-03-01")
    assert (early["status"], early["code"]) == (404, "no_rule")


def test_professionals_have_their_minutes_and_nobody_elses(world: World, program: Program) -> None:
    world.offer()
    specialist = world.professionals[103]
    told = {one["professional_id"]: one for one in program.items("/professionals")}
    assert set(told) == {one.pk for one in world.professionals.values()}
    assert told[specialist.pk]["minutes"] == {
        "staff": 11_700,
        "active": 0,
        "blocked": 0,
        "pending": 240,
        "free": 11_460,
    }
    assert told[specialist.pk]["certificates"][0]["certificate_class"] == "B"
    assert program.get(f"/professionals/{specialist.pk}") == told[specialist.pk] | {"freed": []}
    only = program.items("/professionals?profession=workplace_physician&hazard_class=hazardous&free_minutes=11700")
    assert [one["professional_id"] for one in only] == [world.professionals[140].pk]
    other = other_make(world)
    assert other.items("/professionals") == []
    assert other.problem("GET", f"/professionals/{specialist.pk}")["code"] == "not_found"


def test_names_that_leave_are_recorded_as_looks_and_numbers_do_not_leave(world: World, program: Program) -> None:
    world.offer()
    answer = program.ask("GET", "/contracts")
    assert world.specialist.name in answer.content.decode()
    assert world.specialist.national_id not in answer.content.decode()
    look = Look.objects.get()
    assert (look.person_id, look.actor_id, look.capacity) == (world.specialist.pk, world.manager.pk, "provider")


def test_contracts_are_told_by_state_and_page(world: World, program: Program) -> None:
    first, second = world.active(), world.offer(140)
    newest, oldest = program.items("/contracts")
    assert [newest["contract_id"], oldest["contract_id"]] == [second.pk, first.pk]
    assert (newest["state"], oldest["state"]) == ("awaiting_professional", "active")
    assert oldest["minutes"] == 240
    assert oldest["page"].endswith(f"/sozlesmeler/{first.pk}/")
    assert program.items("/contracts?state=active&profession=safety_specialist") == [oldest]
    assert program.items(f"/contracts?workplace_id={world.elsewhere.pk}") == []
    assert program.get(f"/contracts/{first.pk}") == oldest
    page = program.get("/contracts?limit=1")
    following = program.get(f"/contracts?limit=1&cursor={page['next_cursor']}")
    assert (page["items"], following["items"], following["next_cursor"]) == ([newest], [oldest], None)
    assert program.problem("GET", f"/contracts?state=active&cursor={page['next_cursor']}")["code"] == "bad_cursor"
    other = other_make(world)
    assert other.items("/contracts") == []
    assert other.problem("GET", f"/contracts/{first.pk}")["code"] == "not_found"
    assert other.problem("GET", f"/contracts?cursor={page['next_cursor']}")["code"] == "bad_cursor"


def test_processes_tell_who_is_next_and_how_it_was_decided(world: World, program: Program) -> None:
    contract = world.accepted()
    [told] = program.items("/processes?state=open&waits_for=employer")
    assert (told["process_id"], told["contract_id"]) == (contract.process_id, contract.pk)
    steps = program.get(f"/processes/{contract.process_id}")["steps"]
    assert [(one["party"], one["outcome"]) for one in steps] == [("professional", "approved"), ("employer", None)]
    assert program.items("/processes?state=completed") == []
    assert program.items("/waiting") == []
    assert other_make(world).problem("GET", f"/processes/{contract.process_id}")["code"] == "not_found"


def test_deciding_and_ending_take_a_person(world: World, program: Program) -> None:
    contract = world.accepted()
    told = program.problem("POST", f"/processes/{contract.process_id}/decision", {"outcome": "approved"})
    assert (told["status"], told["code"]) == (403, "person_required")
    assert told["page"].endswith(f"/surecler/{contract.process_id}/")
    told = program.problem("POST", f"/contracts/{contract.pk}/end")
    assert (told["code"], told["page"].endswith(f"/sozlesmeler/{contract.pk}/sonlandir/")) == ("person_required", True)
    contract.refresh_from_db()
    assert contract.state == "awaiting_employer"
    assert other_make(world).problem("POST", f"/contracts/{contract.pk}/end")["code"] == "not_found"


def test_documents_are_taken_once_they_are_made(world: World, program: Program) -> None:
    contract = world.active()
    [told] = program.items(f"/contracts/{contract.pk}/documents")
    assert (told["state"], told["version_no"]) == ("waiting", 1)
    number = told["document_id"]
    waiting = program.ask("GET", f"/documents/{number}/file")
    assert (waiting.status_code, waiting.headers["Retry-After"]) == (409, "5")
    Document.objects.update(state=DocumentState.MADE, made_at=timezone.now(), statement="a.b.c")
    statement = program.ask("GET", f"/documents/{number}/statement")
    assert (statement.status_code, statement.content) == (200, b"a.b.c")
    assert statement.headers["Content-Type"] == "application/jose"
    other = other_make(world)
    for path in ("", "/file", "/statement"):
        assert other.problem("GET", f"/documents/{number}{path}")["code"] == "not_found"


def test_the_sheet_has_the_numbers_and_asks_for_a_scope_of_its_own(world: World, program: Program) -> None:
    contract = world.active()
    [row] = program.items("/sheet")
    assert set(row) == set(FIELDS)
    assert row["national_id"] == world.specialist.national_id
    assert row["contract_id"] == str(contract.pk)
    table = program.ask("GET", "/sheet.csv")
    assert table.headers["Content-Type"].startswith("text/csv")
    assert world.specialist.national_id in table.content.decode()
    book = program.ask("GET", "/sheet.xlsx")
    assert book.content.startswith(b"PK")
    others = program_make(world, *(set(Scope) - {Scope.SHEET_READ}), name="Sayısız")
    for path in ("/sheet", "/sheet.csv", "/sheet.xlsx"):
        assert others.problem("GET", path)["code"] == "scope_missing"
    assert other_make(world).items("/sheet") == []


QUERIES = {
    # seven of every call: the house's role, the token, its rate, the role back, begin, the actor, commit; then the
    # list, and whom it showed
    "/token": 7,
    "/workplaces": 8,
    "/compliance": 11,
    "/professionals": 9,
    "/contracts": 9,
    "/processes": 10,
    "/waiting": 9,
    "/sheet": 10,
}


def test_a_list_costs_the_same_whatever_its_length(world: World, program: Program) -> None:
    def counted(path: str) -> int:
        with CaptureQueriesContext(connection) as asked:
            assert program.ask("GET", path).status_code == 200
        return len(asked)

    world.active()
    for path in QUERIES:
        program.ask("GET", path)  # looks are recorded once in a while
    few = {path: counted(path) for path in QUERIES}
    for number in range(3, 6):
        world.offer(at=AT, workplace_id=workplace(number).pk)
    many = {path: counted(path) for path in QUERIES}
    assert many == few
    assert {path: number for path, number in many.items() if number > QUERIES[path]} == {}
