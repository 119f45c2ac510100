"""What is known of the channels."""

from dataclasses import dataclass
from datetime import datetime

from katip.core.clock import ISTANBUL
from katip.notices.deliver import channels_open
from katip.notices.models import Channel, ChannelRest, Delivery, State

COUNTED = 10_000
"""more than that is said as "more than" """


@dataclass(frozen=True, slots=True)
class ChannelSeen:
    """How one channel is."""

    channel: Channel
    is_open: bool
    waiting: int
    rest: ChannelRest | None

    @property
    def text(self) -> str:
        """In one line, for the operator."""
        if not self.is_open:
            return f"{self.channel:6} nothing leaves: it is not set"
        more = "more than " if self.waiting > COUNTED else ""
        parts = [f"{more}{min(self.waiting, COUNTED):,} wait"]
        rest = self.rest
        if rest is not None and rest.last_sent_at is not None:
            parts.append(f"last sent {_moment(rest.last_sent_at)}")
        if rest is not None and rest.failures and rest.since is not None and rest.until is not None:
            parts.append(f"fails since {_moment(rest.since)} ({rest.code}), tried again {_moment(rest.until)}")
        return f"{self.channel:6} {', '.join(parts)}"


def _moment(at: datetime) -> str:
    return f"{at.astimezone(ISTANBUL):%d.%m.%Y %H:%M:%S}"


def channel_states(at: datetime) -> list[ChannelSeen]:
    """How each channel is at `at`: what is due, not what waits for its hour."""
    rests = ChannelRest.objects.in_bulk()
    open_channels = channels_open()
    found = []
    for channel in Channel:
        due = Delivery.objects.filter(state=State.WAITING, channel=channel, due_at__lte=at)
        waiting = len(due.values_list("pk")[: COUNTED + 1])
        found.append(ChannelSeen(channel, channel in open_channels, waiting, rests.get(channel)))
    return found
