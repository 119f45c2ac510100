"""What an operator may have set wrongly."""

from typing import Any

from django.conf import settings
from django.core.checks import Error, register

from katip.rules.retention import told_check
from katip.rules.retention_kept import RULES


@register()
def keep_check(**_: Any) -> list[Error]:
    """`KATIP_KEEP` names rules that there are, and spans that can be read."""
    return [Error(f"KATIP_KEEP: {fault}", id="katip.keeping.E001") for fault in told_check(RULES, settings.KATIP.keep)]
