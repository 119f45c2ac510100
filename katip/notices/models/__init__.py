"""Who is told what, and what became of it."""

from katip.notices.models.delivery import AddressFault, Channel, ChannelRest, Delivery, Rank, State
from katip.notices.models.hooks import TEST, HookDelivery, HookKind, HookState, HookSubscription, Pause, Sending
from katip.notices.models.notice import Habit, Language, Notice, Objection, Preference, Rhythm, Round

__all__ = [
    "TEST",
    "AddressFault",
    "Channel",
    "ChannelRest",
    "Delivery",
    "Habit",
    "HookDelivery",
    "HookKind",
    "HookState",
    "HookSubscription",
    "Language",
    "Notice",
    "Objection",
    "Pause",
    "Preference",
    "Rank",
    "Rhythm",
    "Round",
    "Sending",
    "State",
]
