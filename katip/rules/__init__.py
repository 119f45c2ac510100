"""The statute: pure functions over plain values.

Standard library only: no Django, no input or output beyond the packaged tables, no clock. Days, holidays and
headcounts are passed in. Upper rooms may import from here or from the modules by name.
"""

from katip.rules.activities import ActivityRow, activity_rows, hazard_class_of
from katip.rules.capacity import (
    END_CODES,
    FULL_TIME_MONTH_MINUTES,
    SHORT_CONTRACT_DAYS,
    Block,
    EndReason,
    assignable,
    blocked_until,
    blocks_minutes,
    check_capacity,
    usable,
)
from katip.rules.certificates import Fit, certificate_serves
from katip.rules.compliance import Compliance, Verdict, judge_compliance, minimum_part_time
from katip.rules.contract_states import (
    TRANSITIONS,
    ContractAction,
    ContractForm,
    ContractRole,
    ContractState,
    Transition,
    available_actions,
    next_state,
)
from katip.rules.formats import (
    FormatError,
    SgkNumber,
    kep_fits,
    mask_national_id,
    national_id_check_digits,
    parse_email,
    parse_mersis,
    parse_nace,
    parse_national_id,
    parse_phone,
    parse_sgk_number,
    parse_vkn,
    phone_takes_sms,
    vkn_check_digit,
)
from katip.rules.minutes import Exemption, Requirement, required_minutes
from katip.rules.own_undertaking import (
    OtherWorkplace,
    OwnUndertaking,
    UndertakerQuality,
    check_own_undertaking,
)
from katip.rules.shares import Share, split_minutes
from katip.rules.values import CertificateClass, Citation, HazardClass, Profession, RuleViolation
from katip.rules.workdays import is_working_day, working_day_add, working_days_between

__all__ = [
    "END_CODES",
    "FULL_TIME_MONTH_MINUTES",
    "SHORT_CONTRACT_DAYS",
    "TRANSITIONS",
    "ActivityRow",
    "Block",
    "CertificateClass",
    "Citation",
    "Compliance",
    "ContractAction",
    "ContractForm",
    "ContractRole",
    "ContractState",
    "EndReason",
    "Exemption",
    "Fit",
    "FormatError",
    "HazardClass",
    "OtherWorkplace",
    "OwnUndertaking",
    "Profession",
    "Requirement",
    "RuleViolation",
    "SgkNumber",
    "Share",
    "Transition",
    "UndertakerQuality",
    "Verdict",
    "activity_rows",
    "assignable",
    "available_actions",
    "blocked_until",
    "blocks_minutes",
    "certificate_serves",
    "check_capacity",
    "check_own_undertaking",
    "hazard_class_of",
    "is_working_day",
    "judge_compliance",
    "kep_fits",
    "mask_national_id",
    "minimum_part_time",
    "national_id_check_digits",
    "next_state",
    "parse_email",
    "parse_mersis",
    "parse_nace",
    "parse_national_id",
    "parse_phone",
    "parse_sgk_number",
    "parse_vkn",
    "phone_takes_sms",
    "required_minutes",
    "split_minutes",
    "usable",
    "vkn_check_digit",
    "working_day_add",
    "working_days_between",
]
