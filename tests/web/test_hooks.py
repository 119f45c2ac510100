"""Pages of webhook addresses: kept by the organisation, the secret shown once, the log, sending again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from katip.core.crypto import unseal
from katip.notices.hooks.services.subscribe import hook_subscribe
from katip.notices.models import HookDelivery, HookSubscription
from tests.cast import World, entered

pytestmark = pytest.mark.django_db
URL = "https://isg.ornek.com.tr/katip"
FORM = {"url": URL, "kinds": ["offer.made", "contract.ended"]}


@pytest.fixture
def hook(world: World) -> HookSubscription:
    now = datetime.now(UTC)
    made, _ = hook_subscribe(actor=world.actor("manager", at=now), at=now, url=URL, kinds=FORM["kinds"])
    return made


def goes_to(response: Any) -> str:
    assert response.status_code == 302
    return str(resolve(response.headers["Location"].partition("?")[0]).url_name)


def sent(hook: HookSubscription, count: int, **more: Any) -> list[HookDelivery]:
    at = hook.made_at
    told: dict[str, Any] = {"state": "taken", "tried_at": at, "outcome": "taken", "status": 200, "due_at": at} | more
    rows = [
        HookDelivery(
            subscription=hook,
            position=HookDelivery.objects.count() + no,
            kind="offer.made",
            at=at,
            since=at,
            tries=1,
            milliseconds=12,
            data={"contract": no},
            **told,
        )
        for no in range(count)
    ]
    return HookDelivery.objects.bulk_create(rows)


def act(client: Client, hook: HookSubscription, what: str) -> Any:
    return client.post(reverse("hook_act", args=[hook.pk]), {"is": what})


def test_an_address_is_added_and_its_secret_shown_once(world: World) -> None:
    client = entered(world, "manager")
    assert "Henüz webhook adresi yok" in client.get(reverse("hooks")).text
    assert goes_to(client.post(reverse("hook_new"), FORM)) == "hook_secret"
    made = HookSubscription.objects.get()
    secret = unseal(made.secret_sealed)
    page = reverse("hook_secret", args=[made.pk])
    assert secret in client.get(page).text
    assert secret not in entered(world, "manager").get(page).text
    assert goes_to(client.post(page, {"sakladim": "1"})) == "hook"
    assert secret not in client.get(page).text
    shown = client.get(reverse("hook", args=[made.pk])).text
    assert URL in shown
    assert "Teklif verildi" in shown
    assert secret not in shown
    assert "2 olay" in client.get(reverse("hooks")).text


def test_a_new_secret_takes_the_place_of_the_former_one_which_signs_on_for_a_day(
    world: World, hook: HookSubscription
) -> None:
    client = entered(world, "manager")
    page = reverse("hook_secret", args=[hook.pk])
    assert goes_to(client.post(page)) == "hook_secret"
    text = client.get(page).text
    assert unseal(HookSubscription.objects.get().secret_sealed) in text
    assert "Önceki anahtar da" in text


@pytest.mark.parametrize("route", ["hook_new", "hook_change", "hook_secret"])
def test_a_secret_or_an_address_takes_a_fresh_second_step(world: World, hook: HookSubscription, route: str) -> None:
    client = entered(world, "manager", proof_age=3600)
    url = reverse(route, args=[] if route == "hook_new" else [hook.pk])
    assert goes_to(client.post(url, FORM)) == "mfa_reauthenticate"
    assert HookSubscription.objects.get().secret_at == hook.secret_at


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"url": ""}, "Programınızın adresini yazın."),
        ({"url": "http://isg.ornek.com.tr"}, "Adres https:// ile başlamalıdır."),
        ({"url": "https://10.0.0.1/"}, "herkese açık bir ağda değil"),
        ({"kinds": []}, "En az bir olay seçin."),
        ({"kinds": ["person.born"]}, "En az bir olay seçin."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_what_was_typed_stays(
    world: World, form: dict[str, Any], words: str
) -> None:
    response = entered(world, "manager").post(reverse("hook_new"), FORM | form)
    assert response.status_code == 422
    assert response.text.count(words) >= 2  # on top, too
    assert not HookSubscription.objects.exists()
    if "url" not in form:
        assert f'value="{URL}"' in response.text


def test_the_log_says_what_came_of_each(world: World, hook: HookSubscription) -> None:
    later = hook.made_at + timedelta(hours=1)
    sent(hook, 27)
    sent(hook, 1, state="waiting", outcome="status", status=503, due_at=later)
    sent(hook, 1, state="waiting", outcome="forbidden", status=None)
    sent(hook, 1, state="failed", outcome="slow", status=None)
    client, page = entered(world, "manager"), reverse("hook", args=[hook.pk])
    text = client.get(page).text
    assert text.count("row-link") == 25
    for words in ("HTTP 503, 12 ms", "HTTP 200, 12 ms", "herkese açık olmayan bir ağa", "10 saniyede yanıt gelmedi"):
        assert words in text
    last = HookDelivery.objects.order_by("-pk")[24].pk
    assert f"?sonra={last}" in text
    assert client.get(page, {"sonra": last}).text.count("row-link") == 5
    assert client.get(page, {"liste": "alinmadi"}).text.count("row-link") == 1
    assert client.get(page, {"liste": "%00", "sonra": "9" * 5000}).status_code == 200


def test_a_delivery_shows_what_is_sent_and_goes_again(world: World, hook: HookSubscription) -> None:
    (one,) = sent(hook, 1, state="failed")
    client, page = entered(world, "manager"), reverse("hook_delivery", args=[hook.pk, one.pk])
    text = client.get(page).text
    assert "&quot;id&quot;: &quot;evt_0&quot;,\n  &quot;type&quot;: &quot;offer.made&quot;" in text
    assert "Yeniden gönder" in text
    assert goes_to(client.post(page)) == "hook_delivery"
    one.refresh_from_db()
    assert one.state == "waiting"
    assert client.get(reverse("hook_delivery", args=[hook.pk, 10**9])).status_code == 404


def test_everything_since_a_moment_goes_again(world: World, hook: HookSubscription) -> None:
    sent(hook, 3)
    client, page = entered(world, "manager"), reverse("hook_replay", args=[hook.pk])
    ahead, before = (hook.made_at + timedelta(days=days) for days in (2, -2))
    assert "Gelecekteki" in client.post(page, {"since": f"{ahead:%Y-%m-%dT%H:%M}"}).text
    assert client.post(page, {"since": "dün"}).status_code == 422
    assert goes_to(client.post(page, {"since": f"{before:%d.%m.%Y %H:%M}"})) == "hook"
    assert "3 gönderim yeniden sırada." in client.get(reverse("hook", args=[hook.pk])).text
    assert set(HookDelivery.objects.values_list("state", flat=True)) == {"waiting"}


def test_it_is_tried_paused_started_again_and_ended(world: World, hook: HookSubscription) -> None:
    client = entered(world, "manager")
    assert goes_to(act(client, hook, "dene")) == "hook_delivery"
    made = HookDelivery.objects.get()
    assert "Birkaç saniye içinde gönderilir." in client.get(reverse("hook_delivery", args=[hook.pk, made.pk])).text
    assert goes_to(act(client, hook, "durdur")) == "hook"
    text = client.get(reverse("hook", args=[hook.pk])).text
    assert "Kurumunuzdan biri durdurdu." in text
    assert "Başlat, bekletilenleri de gönder" in text
    assert goes_to(act(client, hook, "dene")) == "hook"
    assert "Önce yeniden başlatın" in client.get(reverse("hook", args=[hook.pk])).text
    act(client, hook, "baslat-hepsi")
    made.refresh_from_db()
    assert (made.state, HookSubscription.objects.get().state) == ("waiting", "active")
    assert act(client, hook, "sil").status_code == 404
    assert "Geri alınamaz" in client.get(reverse("hook_end", args=[hook.pk])).text
    assert goes_to(client.post(reverse("hook_end", args=[hook.pk]))) == "hooks"
    assert client.get(reverse("hook", args=[hook.pk])).status_code == 404


@pytest.mark.parametrize("role", ["owner", "stranger", "specialist"])
def test_anothers_looks_like_none_at_all(world: World, hook: HookSubscription, role: str) -> None:
    (one,) = sent(hook, 1)
    client = entered(world, role)
    for route in ("hook", "hook_change", "hook_secret", "hook_end", "hook_replay"):
        assert client.get(reverse(route, args=[hook.pk])).status_code == 404, route
    for route in ("hook_change", "hook_secret", "hook_act", "hook_end", "hook_replay"):
        posted = {**FORM, "is": "durdur", "since": "2025-06-02T09:00"}
        assert client.post(reverse(route, args=[hook.pk]), posted).status_code == 404, route
    assert client.post(reverse("hook_delivery", args=[hook.pk, one.pk])).status_code == 404
    found = HookSubscription.objects.get()
    assert (found.state, found.url, found.secret_at) == ("active", URL, hook.secret_at)
    assert HookDelivery.objects.get().state == "taken"


def test_a_workplace_keeps_its_own(world: World, hook: HookSubscription) -> None:
    client = entered(world, "owner")
    assert URL not in client.get(reverse("hooks")).text
    client.post(reverse("hook_new"), FORM)
    assert HookSubscription.objects.latest("pk").workplace_id == world.workplace.pk
    assert URL in entered(world, "colleague").get(reverse("hooks")).text
