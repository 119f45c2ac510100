"""What the register holds about one person, table by table: the one place where it is listed.

Every column of the database that names a person is covered here or left out with a reason; a test holds that.
"""

from collections.abc import Iterable, Mapping

from katip.keeping.own.part import Part

IDENTITY = (
    Part(
        "identity",
        "person",
        "identity.Person",
        "id",
        ("given_name", "family_name", "email", "is_active", "created_at", "last_login"),
        {"national_id_sealed": "national_id"},
    ),
    Part("identity", "proofings", "identity.Proofing", "person_id", ("way", "at", "level", "reference")),
    Part("identity", "second_steps", "mfa.Authenticator", "user_id", ("type", "created_at", "last_used_at")),
    Part(
        "identity",
        "sessions",
        "usersessions.UserSession",
        "user_id",
        ("created_at", "last_seen_at", "ip", "user_agent"),
    ),
    Part(
        "identity",
        "devices",
        "identity.KnownDevice",
        "person_id",
        ("label", "first_seen", "last_seen", "forgotten_at"),
    ),
    Part(
        "identity", "provider_links", "identity.ProviderLink", "person_id", ("issuer", "subject", "made_at", "ended_at")
    ),
    Part(
        "identity",
        "activation_codes",
        "identity.ActivationCode",
        "person_id",
        ("issued_at", "expires_at", "used_at", "revoked_at", "opens_password", "opens_second_step"),
    ),
    Part(
        "identity",
        "enrolments",
        "identity.Enrolment",
        "person_id",
        ("opened_at", "expires_at", "used_at", "revoked_at"),
    ),
    Part(
        "identity",
        "card_readings",
        "identity.ChipSession",
        "person_id",
        ("created_at", "state", "verdict", "reasons"),
    ),
    Part("identity", "notices", "identity.SecurityNotice", "person_id", ("at", "kind", "detail", "seen_at")),
)

COUNTER = (
    Part(
        "counter",
        "applications",
        "counter.Application",
        "person_id",
        (
            "made_at",
            "purpose",
            "state",
            "given_name",
            "family_name",
            "email",
            "branch__name",
            "decided_at",
            "reason",
            "expires_at",
        ),
        {"national_id_sealed": "national_id"},
    ),
    Part("counter", "postings", "counter.Posting", "official__person_id", ("branch__name", "since", "until")),
)

REGISTRY = (
    Part(
        "registry",
        "mandates",
        "registry.Mandate",
        "person_id",
        (
            "capacity",
            "workplace__title",
            "workplace__sgk_number",
            "provider__title",
            "valid_from",
            "valid_to",
        ),
    ),
    Part("registry", "offices", "registry.Official", "person_id", ("role", "province__name", "ended_on")),
    Part("registry", "professional", "registry.Professional", "person_id", ("suspended_on",)),
    Part(
        "registry",
        "certificates",
        "registry.Certificate",
        "professional__person_id",
        ("profession", "certificate_class", "number", "valid_from", "valid_to"),
    ),
    Part(
        "registry",
        "staff_contracts",
        "registry.StaffContract",
        "professional__person_id",
        ("provider__title", "minutes", "valid_from", "valid_to"),
    ),
    Part(
        "registry",
        "standings",
        "registry.Standing",
        "professional__person_id",
        ("at", "verb", "effective_on", "reason"),
    ),
    Part(
        "registry",
        "declarations",
        "registry.ContactDeclaration",
        "declared_by_id",
        (
            "declared_at",
            "workplace__title",
            "phone",
            "email",
            "postal_address",
            "kep",
            "auto_update",
            "consent_text",
        ),
    ),
)

_CONTRACT = ("contract_id", "contract__workplace__title", "contract__profession")
CONTRACTS = (
    Part(
        "contracts",
        "contracts",
        "contracts.Contract",
        "professional__person_id",
        (
            "id",
            "code",
            "profession",
            "workplace__title",
            "provider__title",
            "minutes",
            "assignment_type",
            "state",
            "active_from",
            "ends_on",
            "end_reason",
            "created_at",
        ),
    ),
    Part(
        "contracts",
        "versions",
        "contracts.ContractVersion",
        "contract__professional__person_id",
        (*_CONTRACT, "no", "basis", "valid_from", "minutes", "assignment_type"),
    ),
    Part(
        "contracts",
        "acts",
        "contracts.ContractAct",
        "person_id",
        (*_CONTRACT, "at", "action", "role", "state_to", "reason"),
    ),
    Part(
        "contracts",
        "undertakings",
        "contracts.Undertaking",
        "person_id",
        (
            "workplace__title",
            "quality",
            "training_no",
            "training_on",
            "minutes",
            "state",
            "active_from",
            "ended_at",
        ),
    ),
    Part(
        "contracts",
        "offer_drafts",
        "contracts.OfferDraft",
        "created_by_id",
        ("created_at", "updated_at", "code", "state", "provider__title"),
    ),
    Part(
        "contracts",
        "offer_sheets",
        "contracts.OfferSheet",
        "created_by_id",
        ("created_at", "file_name", "state", "provider__title"),
    ),
)

PROCESSES = (
    Part(
        "processes",
        "decisions",
        "processes.Decision",
        "person_id",
        (
            "decided_at",
            "step__process_id",
            "step__process__code",
            "outcome",
            "reason",
            "capacity",
            "text_version",
            "terms_hash",
            "proof_method",
            "proof_at",
        ),
    ),
    Part(
        "processes",
        "steps",
        "processes.Step",
        "person_id",
        (
            "process_id",
            "process__code",
            "process__state",
            "no",
            "party",
            "process__created_at",
            "process__terms",
        ),
    ),
)

AFTERWARDS = (
    Part(
        "runs",
        "runs",
        "runs.Run",
        "person_id",
        ("kind", "state", "shown_hash", "text_versions", "total", "refused", "made_at", "begun_at", "done_at"),
    ),
    Part("updates", "digests", "updates.Digest", "person_id", ("run__period", "made_at", "body", "seen_at", "told_at")),
    Part(
        "notices",
        "told",
        "notices.Notice",
        "person_id",
        ("at", "kind", "capacity", "organisation_id", "process_id", "contract_id", "detail", "seen_at"),
    ),
    Part("notices", "preferences", "notices.Preference", "person_id", ("group", "channel", "is_on", "changed_at")),
    Part(
        "notices",
        "habits",
        "notices.Habit",
        "person_id",
        ("rhythm", "quiet_from", "quiet_to", "language", "changed_at"),
    ),
    Part(
        "notices",
        "objections",
        "notices.Objection",
        "person_id",
        ("at", "workplace__title", "provider__title", "note", "closed_at", "outcome"),
    ),
    Part(
        "notices",
        "messages",
        "notices.Delivery",
        "person_id",
        ("made_at", "channel", "kind", "detail", "state", "code", "sent_at", "closed_at"),
        {"address_sealed": "address"},
    ),
    Part(
        "documents",
        "guide_links",
        "guide.GuideLink",
        "made_by_id",
        ("made_at", "expires_at", "closed_at", "workplace__title"),
    ),
    Part(
        "documents",
        "documents",
        "documents.Document",
        "contract__professional__person_id",
        (*_CONTRACT, "occasion", "version_no", "code", "at", "made_at"),
    ),
    Part(
        "keeping",
        "requests",
        "keeping.DataRequest",
        "person_id",
        ("made_at", "right", "text", "due_on", "state", "answer", "closed_at"),
    ),
    Part("keeping", "notices_shown", "keeping.NoticeShown", "person_id", ("version", "at")),
)

AUDIT = (
    Part(
        "audit",
        "own_acts",
        "audit.Event",
        "actor_id",
        ("at", "tag", "capacity", "organisation_id", "subject_id"),
    ),
    Part(
        "audit",
        "attempts",
        "audit.Event",
        "subject_id",
        ("at", "tag"),
        only={
            "tag__in": (
                "identity:sign_in:failed",
                "identity:sign_in:refused",
                "identity:password:accepted",
                "identity:second_step:failed",
                "identity:second_step:refused",
                "identity:passkey:refused",
                "identity:provider:refused",
                "identity:session:foreign",
                "identity:session:expired",
                "identity:activation_code:issued",
                "identity:activation_code:failed",
                "identity:activation_code:refused",
            )
        },
    ),
    Part(
        "audit",
        "looks",
        "audit.Look",
        "person_id",
        ("at", "capacity", "organisation_id", "occasion", "reason"),
        named={"actor_id": "who"},
    ),
)

PARTS = (*IDENTITY, *REGISTRY, *CONTRACTS, *PROCESSES, *COUNTER, *AFTERWARDS, *AUDIT)
"""in the order in which they are written"""

_IN_OFFICE = "what an official did in office: among their own acts in the audit record"
_IN_ACTS = "among the acts on contracts, by the same person"
LEFT_OUT: Mapping[tuple[str, str], str] = {
    ("account_emailaddress", "user_id"): "not used: the address stands with the person",
    ("audit_look", "actor_id"): "whom the person looked at: an event of theirs, and other people's data",
    ("contracts_contract", "ended_by_id"): _IN_ACTS,
    ("contracts_monthchange", "professional_id"): "the same minutes stand in the versions of the contract",
    ("contracts_undertaking", "ended_by_id"): "among the person's own acts in the audit record",
    ("counter_application", "officer_id"): _IN_OFFICE,
    ("counter_application", "second_officer_id"): _IN_OFFICE,
    ("counter_review", "supervisor_id"): _IN_OFFICE,
    ("identity_chipsession", "opener_id"): "the person's own are found by person, an officer's are acts in office",
    ("identity_proofing", "officer_id"): _IN_OFFICE,
    ("identity_proofing", "second_officer_id"): _IN_OFFICE,
    ("keeping_datarequest", "answered_by_id"): _IN_OFFICE,
    ("notices_hooksubscription", "keeper_id"): "an organisation's: among the person's own acts in the audit record",
    ("notices_objection", "closed_by_id"): _IN_OFFICE,
    ("processes_process", "created_by_id"): _IN_ACTS,
    ("programs_apitoken", "made_by_id"): "an organisation's: among the person's own acts in the audit record",
    ("programs_apitoken", "revoked_by_id"): "an organisation's: among the person's own acts in the audit record",
    ("processes_process", "waits_for_person_id"): "repeats the step that waits",
    ("registry_standing", "official_id"): _IN_OFFICE,
    ("updates_monthrun", "begun_by_id"): _IN_OFFICE,
}
"""(table, column) that names a person → why it is no part of the download"""


def rooms(parts: Iterable[Part] = PARTS) -> dict[str, list[Part]]:
    """The parts by room, in their order."""
    found: dict[str, list[Part]] = {}
    for part in parts:
        found.setdefault(part.room, []).append(part)
    return found
