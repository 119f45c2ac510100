"""Pages about personal data, as a browser sees them."""

import hashlib
import json
import re
import time
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import katip
from katip.audit.models import Event
from katip.keeping.models import DataRequest, NoticeShown
from katip.keeping.notice import CURRENT
from katip.registry.models import Official
from katip.web.acting.chosen import chosen_write
from tests.cast import PASSWORD, World, code_at, entered, national_id, sign_in_open, signed_in

pytestmark = pytest.mark.django_db
TEMPLATES = Path(katip.__file__).parent / "web" / "templates"
COLLECTING = {
    "account_activation.html",
    "account_email.html",
    "application_new.html",
    "contact.html",
    "data_request_new.html",
    "offer_professional.html",
    "offer_sheet_new.html",
    "people_form.html",
    "reconcile_new.html",
    "run_contact.html",
    "sign_in.html",
}
"""forms in which somebody writes what the register then knows of a person"""
NOT_COLLECTING = {
    "account_activation_code.html": "a code alone",
    "account_activation_password.html": "a password, kept as a hash; the page before has the line",
    "account_password.html": "a password, kept as a hash",
    "application_code.html": "a code alone",
    "calculator.html": "figures, not kept",
    "components_page.html": "samples",
    "contract_end.html": "a party's reason",
    "contract_update.html": "minutes",
    "counter.html": "a code alone",
    "counter_override.html": "an officer's reason",
    "counter_refuse.html": "an officer's reason",
    "counter_review.html": "a supervisor's note",
    "data_request_answer.html": "the answer of an official",
    "directory_professionals.html": "an official's search",
    "disown.html": "a party's reason",
    "factor_app.html": "a code alone",
    "factor_rename.html": "the name of a key",
    "guide_make.html": "a text to copy",
    "hook_form.html": "a program's address",
    "hook_replay.html": "a moment",
    "look_reason.html": "an official's reason",
    "notice_preferences.html": "choices",
    "objection.html": "an official's note",
    "offer_kind.html": "a choice",
    "offer_minutes.html": "minutes",
    "offer_workplace.html": "the number of a workplace",
    "program_form.html": "the name of a program",
    "program_rotate.html": "a choice",
    "run_end.html": "a party's reason",
    "second_step.html": "a code alone",
    "step_reject.html": "a party's reason",
    "step_withdraw.html": "a party's reason",
}


def operator_browser(world: World) -> Client:
    office = Official.objects.create(person=world.accountant, role="operator")
    client = signed_in(world.accountant)
    session = client.session
    from types import SimpleNamespace

    from katip.core.actor import Capacity

    chosen_write(SimpleNamespace(session=session), Capacity.OFFICIAL, office.pk)
    session.save()
    return client


def test_the_download_is_a_zip_of_ones_own(world: World) -> None:
    answer = entered(world, "owner").post(reverse("own_data_take"))
    assert answer.headers["Content-Type"] == "application/zip"
    with zipfile.ZipFile(BytesIO(answer.content)) as folder:
        who = json.loads(folder.read("identity.json"))["person"]["rows"][0]
    assert who["given_name"] == "Owner"


def test_the_download_asks_the_second_step_again(world: World) -> None:
    answer = entered(world, "owner", proof_age=3600).post(reverse("own_data_take"))
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(reverse("mfa_reauthenticate"))
    assert not Event.objects.filter(tag="keeping:own_data:taken").exists()


def test_a_request_goes_from_the_person_to_the_operator_and_back(world: World) -> None:
    person, operator = entered(world, "specialist"), operator_browser(world)
    made = person.post(reverse("data_request_new"), {"right": "d", "text": "Soyadım yanlış yazılmış."}, follow=True)
    page = made.content.decode()
    assert "30 gün kaldı" in page
    number = DataRequest.objects.get().pk
    assert "Specialist Örnek" in operator.get(reverse("data_requests")).content.decode()
    address = reverse("data_request_answer", args=[number])
    assert operator.post(address, {"outcome": "refused", "answer": ""}).status_code == 422
    answered = operator.post(address, {"outcome": "refused", "answer": "Sertifikadaki yazım esastır."})
    assert answered.status_code == 302
    page = person.get(reverse("data_request", args=[number])).content.decode()
    assert "Sertifikadaki yazım esastır." in page
    assert "Kişisel Verileri Koruma Kuruluna" in page
    assert entered(world, "owner").get(reverse("data_request", args=[number])).status_code == 404


def came_in(*, later: int) -> Client:
    """The owner, by the pages: the cast's own sessions are written as if nobody had opened the notice."""
    client = Client()
    client.post(reverse("account_login"), {"login": national_id(1), "password": PASSWORD})
    client.post(reverse("mfa_authenticate"), {"code": code_at(time.time() + 30 * later)})
    return client


def test_a_first_sign_in_shows_the_notice_until_it_was_opened_and_asks_for_no_approval(world: World) -> None:
    sign_in_open(world.owner)
    client = came_in(later=0)
    assert "Aydınlatma metnini oku" in client.get(reverse("capacity")).content.decode()
    opened = client.post(reverse("privacy_notice_open"), follow=True)
    main = opened.content.decode().partition("<main")[2].partition("</main>")[0]
    for approving in ("<form", "<input", "<button", 'type="checkbox"'):
        assert approving not in main
    assert "Aydınlatma metnini oku" not in client.get(reverse("capacity")).content.decode()
    assert NoticeShown.objects.get().version == CURRENT.name
    again = came_in(later=1).get(reverse("capacity"))
    assert again.status_code == 200
    assert "Aydınlatma metnini oku" not in again.content.decode()


def test_a_changed_notice_is_a_new_version() -> None:
    text = (TEMPLATES / "privacy_notice.html").read_bytes()
    assert hashlib.sha256(text).hexdigest() == CURRENT.text_hash


def test_every_form_that_collects_data_links_to_the_notice() -> None:
    forms = {
        file.name
        for file in TEMPLATES.glob("*.html")
        if re.search(r"{% (?:field|file_field|sgk_field|radio_cards) |form.shown", file.read_text("utf-8"))
    }
    assert forms - COLLECTING == set(NOT_COLLECTING)
    linked = {file.name for file in TEMPLATES.glob("*.html") if "privacy_line" in file.read_text("utf-8")}
    assert linked == COLLECTING


def test_how_long_data_are_kept_is_told_with_its_ground() -> None:
    page = Client().get(reverse("retention")).content.decode()
    assert "Güvenlik bildirimleri" in page
    assert "Öneri: 15 yıl" in page
    assert "6698 m.12/1" in page
