"""Many approvals by one ceremony: read once, ticked once, one second step, and what came of each."""

import html
import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from katip.contracts.models import Contract
from katip.core.actor import Actor, Proof
from katip.identity.models import Person
from katip.processes.inbox import inbox_all, inbox_hash
from katip.processes.kinds import kind_get
from katip.processes.models import Decision, Process
from katip.registry.models import Headcount, Mandate
from katip.runs.decide import DECIDE, row_asked
from katip.runs.models import Run, RunState
from katip.runs.services import carry
from katip.runs.services.carry import run_carry
from katip.runs.services.prepare import run_prepare
from katip.web.runs import show, views
from katip.web.runs.sharing import terms_share
from tests.cast import SECRET, World, code_at, e_bildirge, sign_in_open, signed_in, workplace
from tests.web.test_looks_everywhere import filled_make

pytestmark = pytest.mark.django_db


def waiting(world: World, count: int = 3) -> list[Contract]:
    """So many contracts that wait for the accountant now: two at the first workplace, then one at each."""
    now = datetime.now(UTC)
    made: list[Contract] = []
    for number in range(count):
        where = made[0].workplace if number == 1 else workplace(100 + number)
        if number != 1:
            e_bildirge(world.accountant, where)
        made.append(world.accepted(140 if number == 1 else 103, workplace_id=where.pk, at=now))
    return made


@pytest.fixture
def client(world: World) -> Client:
    return signed_in(world.accountant)


def everything(world: World) -> dict[str, Any]:
    rows = inbox_all(world.accountant.pk, datetime.now(UTC))
    return {"kapsam": "tumu", "ozet": inbox_hash(rows), "sayi": len(rows)}


def drafted(world: World, client: Client) -> Run:
    client.post(reverse("run_new"), everything(world))
    return Run.objects.latest("pk")


def confirmed(client: Client, run: Run, **changed: Any) -> Any:
    posted = {"ozet": run.shown_hash, "read_0": "on"} | changed
    return client.post(reverse("run_confirm", args=[run.pk]), posted, follow=True)


def carried(run: Run) -> Run:
    run.refresh_from_db()
    while run_carry(run=run, at=datetime.now(UTC)):
        pass
    run.refresh_from_db()
    return run


def approvals() -> int:
    return Decision.objects.filter(step__party="employer").count()


def test_all_that_waits_is_read_on_one_page_with_each_text_and_each_term_once(world: World, client: Client) -> None:
    waiting(world)
    page = client.post(reverse("run_new"), everything(world), follow=True)
    run = Run.objects.get()
    assert page.redirect_chain == [(reverse("run_review", args=[run.pk]), 302)]
    assert "3 süreci onaylayın" in page.text
    assert page.text.count('type="checkbox"') == 1
    assert run.shown_hash in page.text
    for words in (
        "103 · İş güvenliği uzmanı",
        "140 · İşyeri hekimi",
        "240 dakika",
        "120 dakika",
        "Örnek İşyeri 100 A.Ş.",
    ):
        assert words in page.text
    assert page.text.count("Belirsiz; taraflardan biri sonlandırana kadar") == 1
    assert page.text.count("Yolda geçen süre bu sürenin içinde değildir.") == 1
    assert {one["label"]: one["value"] for one in page.context["review"]["figures"]}["İşyeri"] == 2
    [group] = page.context["review"]["groups"]
    assert [len(company["rows"]) for company in group["companies"]] == [2, 1]


def test_nothing_of_the_terms_is_left_out(world: World, client: Client) -> None:
    waiting(world, 2)
    page = client.post(reverse("run_new"), everything(world), follow=True)
    text = plain(page.text)
    for process in Process.objects.filter(waits_for="employer"):
        step = client.get(reverse("step", args=[process.pk]))
        for term in step.context["terms"]:
            for words in (term["value"], *term["details"]):
                assert words in text, (term["label"], words)


def test_the_ceremony_takes_one_tick_one_tamamla_and_shows_what_came_of_each(world: World, client: Client) -> None:
    contracts = waiting(world)
    run = drafted(world, client)
    page = confirmed(client, run)
    assert page.redirect_chain[-1] == (reverse("run", args=[run.pk]), 302)
    assert "Sırada bekliyor" in page.text
    assert '<noscript><meta http-equiv="refresh"' in page.text
    assert f'data-poll="{reverse("run_progress", args=[run.pk])}"' in page.text
    carried(run)
    assert approvals() == 3
    page = client.get(reverse("run", args=[run.pk]))
    assert "Süreç başarıyla tamamlandı" in page.text
    assert "refresh" not in page.text
    assert client.get(reverse("run_progress", args=[run.pk])).text.strip() == ""
    for contract in contracts:
        assert reverse("step_result", args=[contract.process_id]) in page.text
    listed = client.get(reverse("runs"))
    assert f"işlem {run.pk}" in listed.text
    assert "Bitti" in listed.text


def test_progress_tells_how_far_it_is(world: World, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting(world)
    run = drafted(world, client)
    confirmed(client, run)
    run.refresh_from_db()
    carry.chunk_carry(actor=carry.actor_of(run), at=datetime.now(UTC), run_id=run.pk, most=2)
    asked = client.get(reverse("run_progress", args=[run.pk]))
    assert "İşleniyor: 2 / 3 satır" in asked.text
    assert "Beklenenden uzun" not in asked.text
    monkeypatch.setattr(show, "_SLOW_SECONDS", -1)
    assert "Beklenenden uzun" in client.get(reverse("run_progress", args=[run.pk])).text


def test_without_the_tick_nothing_happens_and_the_page_says_so(world: World, client: Client) -> None:
    waiting(world)
    run = drafted(world, client)
    page = confirmed(client, run, read_0="")
    assert page.status_code == 422
    assert "Koşulları okuduysanız kutuyu işaretleyin: 103, 140 · Okudum, onaylıyorum." in page.text
    assert Run.objects.get().state == RunState.DRAFT


def test_rows_other_than_those_shown_are_not_approved_and_the_selection_stays(world: World, client: Client) -> None:
    waiting(world)
    run = drafted(world, client)
    page = confirmed(client, run, ozet="0" * 64)
    assert page.redirect_chain[-1] == (reverse("run_review", args=[run.pk]), 302)
    assert "Hiçbir şey yapılmadı; seçtikleriniz duruyor." in page.text
    assert Run.objects.get().state == RunState.DRAFT
    assert len(page.context["review"]["groups"][0]["companies"]) == 2
    assert confirmed(client, run).redirect_chain[-1] == (reverse("run", args=[run.pk]), 302)


def test_a_list_that_changed_is_shown_as_it_is_now_and_says_so(world: World, client: Client) -> None:
    waiting(world, 4)
    posted = everything(world)
    now = datetime.now(UTC)
    gone = Process.objects.filter(waits_for="employer").latest("pk")
    Process.objects.filter(pk=gone.pk).update(state="withdrawn", waits_for="", closed_at=now)
    page = client.post(reverse("run_new"), posted, follow=True)
    assert "Liste siz bakarken değişti" in page.text
    assert Run.objects.get().total == 3


def test_ticked_rows_alone_are_taken_and_a_single_one_leads_to_its_own_page(world: World, client: Client) -> None:
    first, second, third = waiting(world)
    client.post(reverse("run_new"), {"kapsam": "secili", "surec": [first.process_id, third.process_id]})
    assert Run.objects.get().total == 2
    page = client.post(reverse("run_new"), {"kapsam": "secili", "surec": second.process_id})
    assert page.headers["Location"] == reverse("step", args=[second.process_id])
    for nothing in ({}, {"surec": "x"}, {"surec": 10**9}, {"kapsam": "tumu", "ara": "yokböyle"}):
        assert client.post(reverse("run_new"), nothing).headers["Location"] == reverse("inbox")
    assert Run.objects.count() == 1


def test_the_second_step_is_asked_again_where_it_is_old_and_the_post_goes_on(world: World) -> None:
    waiting(world)
    sign_in_open(world.accountant)
    client = signed_in(world.accountant, proof_age=16 * 60)
    run = drafted(world, client)
    page = confirmed(client, run)
    assert page.redirect_chain[-1][0].startswith(reverse("mfa_reauthenticate"))
    assert Run.objects.get().state == RunState.DRAFT
    code = code_at(datetime.now(UTC).timestamp(), SECRET)
    page = client.post(page.redirect_chain[-1][0], {"code": code}, follow=True)
    assert Run.objects.get().state == RunState.WAITING
    assert page.redirect_chain[-1][0] == reverse("run", args=[run.pk])


def test_pressing_tamamla_twice_is_one_run(world: World, client: Client) -> None:
    waiting(world)
    run = drafted(world, client)
    confirmed(client, run)
    page = confirmed(client, run)
    assert page.redirect_chain[-1] == (reverse("run", args=[run.pk]), 302)
    carried(run)
    assert (approvals(), Run.objects.count()) == (3, 1)
    assert client.get(reverse("run_review", args=[run.pk])).headers["Location"] == reverse("run", args=[run.pk])


def test_what_is_refused_has_its_words_and_is_taken_up_again(world: World, client: Client) -> None:
    grown, lost, _kept = waiting(world, 3)
    lost = Contract.objects.exclude(workplace=grown.workplace).get()
    run = drafted(world, client)
    confirmed(client, run)
    Headcount.objects.create(workplace=grown.workplace, period=date(2025, 6, 1), employees=13)
    Mandate.objects.filter(person=world.accountant, workplace=lost.workplace).update(valid_to=date(2025, 6, 1))
    carried(run)
    page = client.get(reverse("run", args=[run.pk]))
    assert "3 satır kabul edilmedi" in page.text
    assert "en az 260 dakika gerekir" in page.text
    assert "İGU Yön. m.12" in page.text
    assert "Bu firmadaki yetkiniz sona ermiş." in page.text
    again = client.post(reverse("run_again", args=[run.pk]), follow=True)
    later = Run.objects.latest("pk")
    assert (later.again_of_id, later.total, later.state) == (run.pk, 2, RunState.DRAFT)
    assert again.redirect_chain == [(reverse("run_review", args=[later.pk]), 302)]
    Mandate.objects.filter(person=world.accountant).update(valid_to=date(2025, 6, 1))
    nothing = client.post(reverse("run_again", args=[run.pk]), follow=True)
    assert "hiçbiri artık sizi beklemiyor" in nothing.text


def test_a_row_that_changed_while_it_was_read_is_said_to_be_gone(world: World, client: Client) -> None:
    first, *_ = waiting(world)
    run = drafted(world, client)
    Process.objects.filter(pk=first.process_id).update(version=9)
    page = client.get(reverse("run_review", args=[run.pk]))
    assert "1 satır siz okurken değişti" in page.text
    assert sum(len(company["rows"]) for company in page.context["review"]["groups"][0]["companies"]) == 2


@pytest.mark.parametrize("state", list(RunState))
def test_somebody_elses_run_is_not_there(world: World, client: Client, state: str) -> None:
    waiting(world)
    run = drafted(world, client)
    Run.objects.update(state=state, begun_at=run.made_at, done_at=run.made_at)
    other = signed_in(world.owner)
    for name in ("run", "run_review", "run_progress"):
        assert other.get(reverse(name, args=[run.pk])).status_code == 404
    for name in ("run_confirm", "run_again"):
        assert other.post(reverse(name, args=[run.pk]), {"ozet": run.shown_hash, "read_0": "on"}).status_code == 404
    assert "Henüz toplu işlem yok" in other.get(reverse("runs")).text


def test_where_the_operator_does_without_pages_say_so(world: World, client: Client, settings: Any) -> None:
    waiting(world)
    run = drafted(world, client)
    settings.KATIP = settings.KATIP.model_copy(update={"bulk_approval": False})
    page = client.get(reverse("run_review", args=[run.pk]))
    assert "Bu kurulumda toplu onay kapalı" in page.text
    assert "Tamamla</button>" not in page.text
    assert "toplu onay kapalı" in confirmed(client, run).text
    assert "toplu onay kapalı" in client.post(reverse("run_new"), everything(world), follow=True).text
    assert Run.objects.get().state == RunState.DRAFT


def test_a_long_run_is_read_page_by_page_and_decided_on_the_last(
    world: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "READ", 2)
    monkeypatch.setattr(show, "DONE", 2)
    waiting(world)
    run = drafted(world, client)
    first = client.get(reverse("run_review", args=[run.pk]))
    assert "3 satırdan 1–2 arası bu sayfada." in first.text
    assert "Tamamla</button>" not in first.text
    last = client.get(first.context["next_url"])
    assert "Tamamla</button>" in last.text
    confirmed(client, run)
    carried(run)
    page = client.get(reverse("run", args=[run.pk]))
    assert len(page.context["done"]) == 2
    assert len(client.get(page.context["next_url"]).context["done"]) == 1


def test_reading_costs_the_same_statements_however_many_rows(world: World, client: Client) -> None:
    counts = []
    for count in (2, 6):
        Process.objects.filter(state="open").update(state="withdrawn", waits_for="")
        Contract.objects.update(state="withdrawn")
        for number in range(count):
            where = workplace(100 + 10 * count + number)
            e_bildirge(world.accountant, where)
            world.accepted(103, workplace_id=where.pk, at=datetime.now(UTC))
        run = drafted(world, client)
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("run_review", args=[run.pk])).status_code == 200
        counts.append(len(captured.captured_queries))
    assert counts[0] == counts[1] <= 20, counts


def test_a_draft_of_yesterday_can_still_be_confirmed(world: World, client: Client) -> None:
    waiting(world)
    run = drafted(world, client)
    Run.objects.update(made_at=run.made_at - timedelta(days=1))
    confirmed(client, run)
    assert carried(run).done == 3


def term(label: str, value: str, *details: str, strong: bool = False) -> dict[str, Any]:
    return {"label": label, "value": value, "details": list(details), "strong": strong}


def test_terms_are_said_once_where_they_are_shared() -> None:
    rows = [
        [term("Yer", "A"), term("Süre", "1", "not", strong=True), term("Bitiş", "yok"), term("Kişi", "x")],
        [term("Yer", "A"), term("Süre", "2", "not", strong=True), term("Bitiş", "yok"), term("Kişi", "y")],
        [term("Yer", "B"), term("Süre", "2", "not", "ek", strong=True), term("Bitiş", "yok")],
    ]
    shared = terms_share(rows, ["A", "A", "B"], {"Yer", "Kişi"})
    assert [one["label"] for one in shared.common] == ["Bitiş"]
    assert {company: [one["value"] for one in terms] for company, terms in shared.by_company.items()} == {
        "A": ["A"],
        "B": ["B"],
    }
    assert [(column["label"], column["notes"]) for column in shared.columns] == [("Süre", ["not"]), ("Kişi", [])]
    assert [[(cell["value"], cell["details"]) for cell in cells] for cells in shared.own] == [
        [("1", []), ("x", [])],
        [("2", []), ("y", [])],
        [("2", ["ek"]), ("–", [])],
    ]


def test_a_column_of_figures_is_told_from_one_of_sentences() -> None:
    rows = [
        [
            term("Süre", f"{number} dakika (5 saat)", strong=True),
            term("Yeni", f"{number}", f"Şimdi {number}", strong=True),
        ]
        for number in (300, 310)
    ]
    rows[0].append(term("Sınır", "240 dakika"))
    rows[0].append(term("Neden", "240 dakika eksik olduğu için işveren istedi; onay bekler."))
    shared = terms_share(rows, [1, 2])
    assert {column["label"]: column["figures"] for column in shared.columns} == {
        "Süre": True,
        "Yeni": False,
        "Sınır": True,
        "Neden": False,
    }
    assert [[cell["figures"] for cell in cells] for cells in shared.own] == [[True, False, True, False]] * 2


def test_every_kind_of_process_is_read_in_full(world: World) -> None:
    filled_make(world)
    Process.objects.update(due_on=None)
    codes: set[int] = set()
    for person in Person.objects.all():
        rows = inbox_all(person.pk, datetime.now(UTC))
        if not rows:
            continue
        client = signed_in(person)
        texts = sorted({kind_get(row.code).text_version for row in rows})
        actor = Actor(person.pk, proof=Proof("totp", datetime.now(UTC)))
        run = run_prepare(actor=actor, at=datetime.now(UTC), kind=DECIDE, rows=list(map(row_asked, rows)), texts=texts)
        page = client.get(reverse("run_review", args=[run.pk]))
        text = plain(page.text)
        assert page.text.count('name="read_') == len(run.text_versions)
        for row in rows:
            for term in client.get(reverse("step", args=[row.process_id])).context["terms"]:
                for words in (term["value"], *term["details"]):
                    assert plain(words) in text, (row.code, term["label"], words)
        codes |= {row.code for row in rows}
    assert len(codes) >= 4, codes


def plain(text: str) -> str:
    return html.unescape(re.sub(r'<span class="nobr">(.*?)</span>', r"\1", text))


def test_who_recurs_is_listed_once_with_what_is_to_be_known_of_them() -> None:
    rows = [[term("Kişi", name, f"Belge {name}")] for name in "xxy"]
    shared = terms_share(rows, [1, 2, 3], recurring={"Kişi"})
    assert shared.named == {"Kişi": {"x": ("Belge x",), "y": ("Belge y",)}}
    assert [cells[0]["details"] for cells in shared.own] == [[], [], []]
    namesakes = [[term("Kişi", "x", f"Belge {number}")] for number in range(3)]
    shared = terms_share(namesakes, [1, 2, 3], recurring={"Kişi"})
    assert shared.named == {}
    assert [cells[0]["details"] for cells in shared.own] == [["Belge 0"], ["Belge 1"], ["Belge 2"]]
