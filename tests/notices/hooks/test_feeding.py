"""From an event to what is sent: each kind once, to whom it concerns, with nothing personal in it."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from katip.audit.log.sequence import sequence_all
from katip.audit.log.stream import reader_begin, stream_consume
from katip.audit.services.record import Happening, record
from katip.contracts.services.end import contract_end, contract_end_revoke
from katip.contracts.services.update import update_propose
from katip.core.actor import OPERATOR
from katip.core.clock import day_of
from katip.documents.services.make import documents_make
from katip.identity.models import Person
from katip.notices.hooks.occasions import PAGES, TAGS
from katip.notices.hooks.services.subscribe import hook_resume
from katip.notices.hooks.telling import HELD_FOR, READER, hooks_handle
from katip.notices.models import HookDelivery, HookState, HookSubscription
from katip.processes.models import Outcome
from katip.processes.services.cancel import process_withdraw, processes_lapse
from katip.registry.models import Mandate
from katip.updates.models import MonthProvider
from tests.cast import AT, World
from tests.months import month_run
from tests.notices.hooks.conftest import subscribed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback")]
URL = "http://localhost:8900/"


def told(hook: HookSubscription, at: datetime = AT) -> list[str]:
    """Everything so far goes through the log; the kinds of what is to be sent."""
    reader_begin(READER, 0)
    sequence_all(at)
    while stream_consume(READER, hooks_handle, at, tags=TAGS):
        pass
    return list(HookDelivery.objects.filter(subscription=hook).order_by("pk").values_list("kind", flat=True))


def test_an_offer_is_told_from_its_making_to_the_contract(world: World) -> None:
    ours, _ = subscribed(world, URL)
    theirs, _ = subscribed(world, URL, "owner")
    contract = world.active()
    assert told(ours) == told(theirs) == ["offer.made", "offer.accepted", "offer.approved"]
    one = HookDelivery.objects.filter(subscription=ours).earliest("pk")
    assert one.data == {
        "process": contract.process_id,
        "contract": contract.pk,
        "workplace": world.workplace.pk,
        "provider": world.provider.pk,
        "code": 103,
        "links": {
            "process": f"http://localhost:8000/api/v1/processes/{contract.process_id}",
            "contract": f"http://localhost:8000/api/v1/contracts/{contract.pk}",
            "page": f"http://localhost:8000/surecler/{contract.process_id}/",
        },
    }
    assert one.number == f"evt_{one.position}"


def test_whom_it_does_not_concern_is_told_nothing(world: World) -> None:
    strange, _ = subscribed(world, URL, "stranger")
    world.active()
    assert told(strange) == []


def test_only_the_kinds_that_were_asked_for(world: World) -> None:
    hook, _ = subscribed(world, URL, kinds=("offer.approved",))
    world.active()
    assert told(hook) == ["offer.approved"]


def test_what_was_before_the_subscription_is_no_news(world: World) -> None:
    world.active(at=AT - timedelta(minutes=1))
    hook, _ = subscribed(world, URL)
    assert told(hook) == []


def test_a_rejected_a_withdrawn_and_a_lapsed_offer(world: World) -> None:
    hook, _ = subscribed(world, URL)
    world.decide("specialist", world.offer(), outcome=Outcome.REJECTED, reason="Bu işyerine gidemem.")
    process = world.offer().process
    process_withdraw(actor=world.actor("manager"), at=AT, process_id=process.pk, version=process.version)
    world.offer(140)
    processes_lapse(actor=OPERATOR, at=AT + timedelta(days=30))
    later = AT + timedelta(days=30)
    assert told(hook, later) == [
        "offer.made",
        "offer.rejected",
        "offer.made",
        "offer.withdrawn",
        "offer.made",
        "offer.lapsed",
    ]


def test_new_minutes_and_ends_of_a_contract(world: World) -> None:
    contract = world.active(at=AT - timedelta(minutes=1))
    hook, _ = subscribed(world, URL)
    update = update_propose(actor=world.actor("manager"), at=AT, contract_id=contract.pk, minutes=300)
    world.decide("owner", update)
    later = update_propose(actor=world.actor("manager"), at=AT, contract_id=contract.pk, minutes=360)
    world.decide("owner", later, outcome=Outcome.REJECTED, reason="Süre bize fazla geliyor.")
    manager, today = world.actor("manager"), day_of(AT)
    note = "Sözleşmeyi sonlandırıyoruz."
    contract_end(actor=manager, at=AT, contract_id=contract.pk, last_day=today + timedelta(days=9), note=note)
    contract_end_revoke(actor=manager, at=AT, contract_id=contract.pk)
    contract_end(actor=manager, at=AT, contract_id=contract.pk, last_day=today, note=note)
    assert told(hook) == [
        "update.proposed",
        "contract.changed",
        "update.proposed",
        "update.closed",
        "contract.changed",
        "contract.changed",
        "contract.ended",
    ]
    said = HookDelivery.objects.filter(kind__in=["contract.changed", "update.closed"]).order_by("pk")
    assert [(one.data.get("change"), one.data.get("how")) for one in said] == [
        ("minutes", None),
        (None, "rejected"),
        ("end_announced", None),
        ("end_revoked", None),
    ]
    assert {one.data["contract"] for one in said} == {contract.pk}


def test_documents_are_told_with_their_links(world: World) -> None:
    hook, _ = subscribed(world, URL, kinds=("document.made",))
    now = datetime.now(UTC)  # when the seal's certificate is valid
    contract = world.active(at=now)
    told(hook, now)
    documents_make(actor=OPERATOR, at=now)
    assert told(hook, now) == ["document.made"]
    (about,) = HookDelivery.objects.get().data["documents"]
    assert about["contract"] == contract.pk
    assert about["links"]["document"].endswith(f"/api/v1/documents/{about['document']}")


def test_nothing_personal_stands_in_what_is_sent(world: World) -> None:
    hook, _ = subscribed(world, URL)
    reason = "Ayşe Hanım istemiyor, 5321112233."
    world.decide("owner", world.accepted(), outcome=Outcome.REJECTED, reason=reason)
    told(hook)
    sent = json.dumps(list(HookDelivery.objects.values_list("data", flat=True)), ensure_ascii=False)
    assert "offer" not in sent
    for one in (world.specialist, world.owner, world.manager):
        assert one.given_name not in sent
        assert one.national_id not in sent
    assert reason not in sent


def test_an_entry_that_is_met_again_is_sent_once(world: World) -> None:
    hook, _ = subscribed(world, URL)
    world.active()
    before = told(hook)
    reader_begin("hooks again", 0)
    while stream_consume("hooks again", hooks_handle, AT, tags=TAGS):
        pass
    assert told(hook) == before


def test_what_happens_in_a_pause_is_held_for_a_month(world: World) -> None:
    hook, _ = subscribed(world, URL)
    HookSubscription.objects.update(state=HookState.PAUSED, pause="own", state_at=AT)
    world.offer()
    told(hook)
    assert set(HookDelivery.objects.values_list("state", flat=True)) == {"held"}
    assert HookSubscription.objects.get().next_at is None
    late = AT + HELD_FOR + timedelta(days=1)
    world.offer(140, at=late)
    assert len(told(hook, late)) == 1


def test_who_answers_for_it_must_hold_a_mandate(world: World) -> None:
    hook, _ = subscribed(world, URL)
    Mandate.objects.filter(person=world.manager).update(valid_to=date(2025, 6, 3))
    world.offer(at=AT)
    late = AT + timedelta(days=3)
    told(hook, late)
    found = HookSubscription.objects.get()
    assert (found.state, found.pause, found.next_at) == ("paused", "mandate", None)
    assert HookDelivery.objects.get().state == "held"


def test_who_answers_for_it_must_have_an_account(world: World) -> None:
    hook, _ = subscribed(world, URL)
    world.offer()
    Person.objects.filter(pk=world.manager.pk).update(is_active=False)
    told(hook)
    assert HookSubscription.objects.get().pause == "mandate"


def test_what_waited_when_a_mandate_ended_is_held_and_sent_once_somebody_takes_over(world: World) -> None:
    hook, _ = subscribed(world, URL)
    world.offer()
    told(hook)  # its receiver did not take it yet
    Mandate.objects.filter(person=world.manager).update(valid_to=date(2025, 6, 3))
    world.offer(140, at=AT)
    late = AT + timedelta(days=3)
    told(hook, late)
    assert list(HookDelivery.objects.values_list("state", flat=True)) == ["held", "held"]
    Mandate.objects.filter(person=world.manager).update(valid_to=None)
    HookDelivery.objects.filter(kind="offer.made").order_by("pk").update(state="waiting")  # written as it was paused
    resumed = hook_resume(actor=world.actor("manager", at=late), at=late, number=hook.pk, held=True)
    assert list(HookDelivery.objects.values_list("state", flat=True)) == ["waiting", "waiting"]
    assert resumed.next_at == late


def test_a_month_is_told_with_the_providers_own_figures(world: World) -> None:
    ours, _ = subscribed(world, URL)
    theirs, _ = subscribed(world, URL, "stranger")
    run = month_run(at=AT)
    figures = {"amended": 3, "asked": 2, "conflicts": 1, "ended": 4}
    MonthProvider.objects.create(run=run, provider=world.provider, minutes_before=1, minutes_after=2, **figures)
    with transaction.atomic():
        record(OPERATOR, AT, Happening("month:run:done", run.pk, {"period": "2025-06-01", "changed": 10}))
    assert told(ours) == told(theirs) == ["month.applied"]
    common = {"month": run.pk, "period": "2025-06", "links": {"contracts": "http://localhost:8000/api/v1/contracts"}}
    assert HookDelivery.objects.get(subscription=ours).data == common | figures
    assert HookDelivery.objects.get(subscription=theirs).data == common


def test_the_pages_are_where_messages_say() -> None:
    routes = {"process": "step", "contract": "contract"}
    assert {name: path.format(7) for name, path in PAGES.items()} == {
        name: reverse(route, args=[7]) for name, route in routes.items()
    }
