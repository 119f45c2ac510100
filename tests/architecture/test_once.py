"""Every form that is sent: saved once by its number, or harmless when it comes again, and why.

A form that creates something, and stands in neither, would be doubled by a second click, by the browser's reload and by
what people send again while a database changes its primary (`katip.web.once`, docs/decisions/0060).
"""

import re
from pathlib import Path

import pytest
from django.test import RequestFactory
from django.urls import reverse

import katip
from katip.web.once import is_guarded
from tests.routes import routes
from tests.web.test_permissions import ROWS

TEMPLATES = Path(katip.__file__).parent / "web" / "templates"

SIGNS_IN = "opens or closes a session, and creates nothing else"
ONE_CODE = "works by a code or a challenge that works once"
CHALLENGE = "draws a challenge in place of the one before"
SET = "sets what was chosen; chosen again, it is so already"
ENDS = "ends what then is ended; a second time there is nothing to end"
DECIDES = "decides by the version that was shown; a second time the decision is found"
STEP = "writes a draft by the version that was shown; a second time the draft has moved on"
TAKES = "takes a file or a list; each taking is one, and recorded as such"
READS = "only looks something up"
PROGRAM = "a program's: Idempotency-Key, or numbers of its own"
READER = "the card reader's: each moves a session on that is in one state"

HARMLESS = {
    **dict.fromkeys(
        (
            "account_login",
            "account_logout",
            "mfa_authenticate",
            "mfa_reauthenticate",
            "passkey_sign_in",
            "two_step",
            "session_extend",
            "session_keep",
        ),
        SIGNS_IN,
    ),
    **dict.fromkeys(
        (
            "activation",
            "activation_password",
            "activation_second_step",
            "account_email_prove",
            "factor_app",
            "factor_passkey",
            "notices_leave",
        ),
        ONE_CODE,
    ),
    **dict.fromkeys(("passkey_begin", "second_step_begin", "step_up_begin", "factor_passkey_begin"), CHALLENGE),
    **dict.fromkeys(("chip_claim", "chip_stage", "chip_evidence", "chip_abandon"), READER),
    **dict.fromkeys(
        (
            "feed_open",
            "feed_part",
            "feed_close",
            "feed_rehearse",
            "v1_offer",
            "v1_offers_batch",
            "v1_contract_end",
            "v1_process_decision",
        ),
        PROGRAM,
    ),
    **dict.fromkeys(
        (
            "account_email",
            "account_password",
            "branch_change",
            "branch_officer_move",
            "branch_week",
            "capacity",
            "companies_fetch",
            "company_choose",
            "factor_rename",
            "hook_change",
            "language",
            "look_reason",
            "notice_preferences",
            "notices",
            "privacy_notice_open",
        ),
        SET,
    ),
    **dict.fromkeys(
        (
            "account_devices",
            "account_sessions",
            "application_cancel",
            "branch_closed_day_drop",
            "branch_officer_end",
            "contract_end",
            "contract_end_revoke",
            "contracts_reconcile_close",
            "data_request_withdraw",
            "factor_remove",
            "guide_close",
            "hook_end",
            "look_reason_close",
            "manager_end",
            "offer_delete",
            "official_month_drop",
            "program_revoke",
            "program_secret",
            "staff_end",
            "undertaking_end",
        ),
        ENDS,
    ),
    **dict.fromkeys(
        (
            "counter_confirm",
            "counter_override",
            "counter_refuse",
            "counter_review",
            "counter_second",
            "data_request_answer",
            "objection",
            "offer_check",
            "offer_sheet",
            "official_month_begin",
            "professional_stand",
            "provider_accept",
            "provider_stand",
            "run_confirm",
            "step_complete",
            "step_reject",
            "step_withdraw",
            "steps_together",
        ),
        DECIDES,
    ),
    **dict.fromkeys(
        ("offer", "offer_information", "offer_kind", "offer_minutes", "offer_professional", "offer_workplace"), STEP
    ),
    **dict.fromkeys(
        (
            "contracts_export",
            "document_download",
            "documents",
            "official_month_changes_file",
            "official_month_missing_file",
            "own_data_take",
            "provider_month_export",
        ),
        TAKES,
    ),
    **dict.fromkeys(("application", "counter", "professionals", "search", "verify"), READS),
    "chip": "begins a reading in place of the one before",
    "contracts_reconcile": "lays a file beside the register; what was found before is forgotten",
    "counter_again": "gives a code in place of the one before, which stops working",
    "counter_card": "begins a reading in place of the one before",
    "document_want": "has one document made before others; asked again, it is the same one",
    "factor_codes": "says that codes are kept",
    "factor_codes_new": "draws codes in place of those before",
    "follow_remind": "reminds of a process once a day",
    "guide_make": "a link that works is given its days anew",
    "hook_delivery": "sends again under the same id, which receivers know; what waits is not queued twice",
    "hook_replay": "as hook_delivery",
}
"""route → why a second sending creates nothing"""

FORMS = {
    "application_new": "application_new",
    "branch_closed_day": "people_form",
    "branch_new": "people_form",
    "branch_officer_new": "people_form",
    "branch_shut": "people_form",
    "contact": "contact",
    "contract_reoffer": "contract_reoffer",
    "contract_update": "contract_update",
    "contracts_reconcile_drafts": "reconcile",
    "contracts_renumbered": "contracts_renumbered",
    "data_request_new": "data_request_new",
    "disown": "disown",
    "hook_act": "hook",
    "hook_new": "hook_form",
    "hook_secret": "hook_secret",
    "manager_appoint": "people_form",
    "offer_new": "offer_kind",
    "offer_sheet_new": "offer_sheet_new",
    "official_month_plan": "people_form",
    "own_staff_assign": "people_form",
    "professional_new": "people_form",
    "program_new": "program_form",
    "program_rotate": "program_rotate",
    "provider_new": "people_form",
    "run_again": "run",
    "run_contact": "run_contact",
    "run_end": "run_end",
    "run_new": "inbox",
    "run_reoffer": "run_reoffer",
    "staff_propose": "people_form",
    "undertaking_register": "people_form",
}
"""route that is saved once → the template with its form"""


def test_every_form_is_saved_once_or_is_harmless_and_says_why() -> None:
    posted = {row[0] for row in ROWS if row[1] == "POST"} | {"feed_part"}
    guarded = {str(pattern.name) for _, pattern in routes() if hasattr(pattern.callback, "once")}
    assert guarded == FORMS.keys()
    assert not guarded & HARMLESS.keys()
    assert posted == guarded | HARMLESS.keys()


@pytest.mark.parametrize("route", sorted(FORMS))
def test_every_form_that_is_saved_once_bears_a_number(route: str) -> None:
    text = (TEMPLATES / f"{FORMS[route]}.html").read_text("utf-8")
    there = rf"""action="\{{% url '{route}'"""
    forms = re.findall(r"<form [^>]*method=\"post\".*?</form>", text, re.DOTALL)
    to_it = [form for form in forms if re.search(there, form)] or [form for form in forms if "action=" not in form]
    assert to_it
    assert any("{% csrf_token %}{% once %}" in form for form in to_it), route


def test_nobody_numbers_a_form_that_is_not_saved_once() -> None:
    numbered = {path.stem for path in TEMPLATES.rglob("*.html") if "{% once %}" in path.read_text("utf-8")}
    assert numbered - {"follow"} == set(FORMS.values())  # the board of offers leads to run_reoffer


def test_the_guard_is_found_by_address() -> None:
    asked = RequestFactory()
    assert is_guarded(asked.post(reverse("data_request_new")))
    assert not is_guarded(asked.post(reverse("account_login")))
    assert not is_guarded(asked.post("/yok/boyle/"))
