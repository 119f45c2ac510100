"""On what occasion each page shows people's data, by the name of its address.

A new page that shows anybody's data is named here; a test finds the one that is not.
"""

from typing import Any

from katip.audit.looks import Occasion

_BY_OCCASION: dict[Occasion, tuple[str, ...]] = {
    Occasion.LIST: (
        "home",
        "inbox",
        "assignments",
        "contracts",
        "contracts_renumbered",
        "follow",
        "own_minutes",
        "own_records",
    ),
    Occasion.CONTRACT: ("contract", "contract_end", "contract_end_revoke", "contract_update", "contract_reoffer"),
    Occasion.PROCESS: (
        "step",
        "step_complete",
        "step_reject",
        "step_withdraw",
        "step_result",
        "steps_together",
        "steps_done",
        "disown",
        "run",
        "run_review",
        "run_confirm",
        "run_reoffer",
        "run_end",
    ),
    Occasion.CARD: (
        "card",
        "contact",
        "own_staff",
        "own_staff_assign",
        "undertaking",
        "undertaking_register",
        "undertaking_end",
        "managers",
        "manager_appoint",
        "manager_end",
    ),
    Occasion.STAFF: (
        *("staff", "staff_propose", "staff_end", "board", "board_person"),
        *("programs", "program_secret", "program_rotate", "program_revoke"),
    ),
    Occasion.OFFER: (
        "offer",
        "offer_new",
        "offer_drafts",
        "offer_kind",
        "offer_information",
        "offer_workplace",
        "offer_professional",
        "offer_minutes",
        "offer_check",
        "offer_result",
        "offer_delete",
        "offer_sheet",
        "offer_sheet_new",
        "offer_sheet_results",
        "guide_make",
    ),
    Occasion.MONTH: (
        "month_digest",
        "month_digests",
        "provider_month",
        "provider_accept",
        "provider_accepted",
        "official_month_changes",
    ),
    Occasion.EXPORT: (
        "contracts_export",
        "contracts_reconcile",
        "contracts_reconcile_download",
        "contracts_reconcile_drafts",
        "provider_month_export",
        "official_month_changes_file",
    ),
    Occasion.DOCUMENT: ("verify_full_proof",),
    Occasion.SEARCH: ("professionals", "providers", "lacking"),
    Occasion.PERSON: ("professional", "professional_stand", "professional_new"),
    Occasion.WORKPLACE: ("official_workplace", "objection"),
    Occasion.PROVIDER: ("provider", "provider_stand", "provider_new"),
    Occasion.COUNTER: (
        "counter",
        "counter_case",
        "counter_card",
        "counter_confirm",
        "counter_override",
        "counter_second",
        "counter_refuse",
        "counter_again",
        "counter_day",
        "counter_reviews",
        "counter_review",
    ),
    Occasion.REQUEST: ("data_requests", "data_request_answer"),
    Occasion.OFFICE: ("branch", "branch_officer_new", "branch_officer_move", "branch_officer_end"),
}
ROUTES = {name: occasion for occasion, names in _BY_OCCASION.items() for name in names}
"""name of the address → occasion"""


def occasion_of(request: Any) -> Occasion:
    """The occasion of the page that is asked for."""
    match = request.resolver_match
    return ROUTES.get(match.view_name, Occasion.OTHER) if match is not None else Occasion.OTHER
