"""The words for qualities and for where an undertaking stands."""

from django.utils.translation import gettext_lazy

from katip.contracts.models import UndertakingState
from katip.rules import UndertakerQuality

QUALITIES = {
    UndertakerQuality.EMPLOYER: gettext_lazy("İşveren"),
    UndertakerQuality.PARTNER: gettext_lazy("Ortak"),
    UndertakerQuality.DEPUTY: gettext_lazy("İşveren vekili"),
    UndertakerQuality.MANAGER: gettext_lazy("Müdür"),
}
UNDERTAKING_TAGS = {
    UndertakingState.AWAITING: ("awaiting_person", ""),
    UndertakingState.ACTIVE: ("active", gettext_lazy("Bu kayıtta yürürlükte")),
    UndertakingState.REJECTED: ("rejected", ""),
    UndertakingState.WITHDRAWN: ("withdrawn", ""),
    UndertakingState.LAPSED: ("lapsed", ""),
    UndertakingState.ENDED: ("ended", ""),
}
"""by state: the name of the tag, and another word than the tag's own"""
