"""Webhooks: where an organisation's programs want to be told, and what was sent there.

An organisation is a provider or a workplace. Nothing personal stands in a delivery: numbers of the register, and links
to its API, which asks for a token.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from katip.core.rows import MY_PROVIDERS, MY_WORKPLACES, Rows, seen_with
from katip.identity.models import Person
from katip.registry.models import Provider, Workplace


class HookKind(models.TextChoices):
    """What a program can be told of."""

    OFFER_MADE = "offer.made", "offer.made"
    OFFER_ACCEPTED = "offer.accepted", "offer.accepted"
    """by the professional; the employer is asked next"""
    OFFER_APPROVED = "offer.approved", "offer.approved"
    """by whoever was asked last: the contract is in force"""
    OFFER_REJECTED = "offer.rejected", "offer.rejected"
    OFFER_WITHDRAWN = "offer.withdrawn", "offer.withdrawn"
    OFFER_LAPSED = "offer.lapsed", "offer.lapsed"
    UPDATE_PROPOSED = "update.proposed", "update.proposed"
    """new minutes; the other side is asked"""
    UPDATE_CLOSED = "update.closed", "update.closed"
    """rejected, withdrawn or lapsed: the minutes stay"""
    CONTRACT_CHANGED = "contract.changed", "contract.changed"
    CONTRACT_ENDED = "contract.ended", "contract.ended"
    MONTH_APPLIED = "month.applied", "month.applied"
    DOCUMENT_MADE = "document.made", "document.made"


TEST = "test"
"""what the page's button sends; a subscription cannot leave it out"""


class HookState(models.TextChoices):
    """Whether anything is sent."""

    ACTIVE = "active", "active"
    PAUSED = "paused", "paused"
    """what happens meanwhile is held, and can be sent later"""
    ENDED = "ended", "ended"


class Pause(models.TextChoices):
    """Why nothing is sent."""

    OWN = "own", "own"
    """the organisation wanted it so"""
    FAILING = "failing", "failing"
    """nothing was taken for days"""
    GONE = "gone", "gone"
    """the receiver answered 410"""
    MANDATE = "mandate", "mandate"
    """whoever answers for it holds no mandate of the organisation any more"""


class HookSubscription(models.Model):
    """One address of an organisation and the kinds of events that are sent there."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS} OR workplace_id = {MY_WORKPLACES}")

    provider = models.ForeignKey(Provider, models.PROTECT, null=True, related_name="+", db_index=False)
    workplace = models.ForeignKey(Workplace, models.PROTECT, null=True, related_name="+", db_index=False)
    """one of the two, found by `hook_of_provider` and `hook_of_workplace`"""
    url = models.CharField(max_length=500)
    kinds = models.JSONField(default=list)
    """of `HookKind`"""
    state = models.CharField(max_length=6, choices=HookState, default=HookState.ACTIVE)
    pause = models.CharField(max_length=8, choices=Pause, blank=True, default="")
    state_at = models.DateTimeField()
    """since when it is in this state"""
    secret_sealed = models.BinaryField()
    secret_at = models.DateTimeField()
    former_sealed = models.BinaryField(default=bytes)
    """the secret before this one: it signs, too, until `former_until`"""
    former_until = models.DateTimeField(null=True)
    keeper = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    """who answers for it: made it, or started it again"""
    made_at = models.DateTimeField()
    next_at = models.DateTimeField(null=True)
    """when to look after its deliveries next; None: nothing waits"""
    failures = models.PositiveIntegerField(default=0)
    """in a row, since the last that was taken"""
    failing_since = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)
    """when a delivery was taken last"""

    class Meta:
        """Few for an organisation; those that have something to send are found by when."""

        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(provider__isnull=False, workplace__isnull=True)
                | Q(provider__isnull=True, workplace__isnull=False),
                name="hook_of_one",
            )
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["provider", "id"],
                name="hook_of_provider",
                condition=Q(provider__isnull=False) & ~Q(state="ended"),
            ),
            models.Index(
                fields=["workplace", "id"],
                name="hook_of_workplace",
                condition=Q(workplace__isnull=False) & ~Q(state="ended"),
            ),
            models.Index(fields=["next_at"], name="hook_next", condition=Q(state="active", next_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state})"


class Sending(models.TextChoices):
    """What became of one."""

    WAITING = "waiting", "waiting"
    TAKEN = "taken", "taken"
    """the receiver answered 2xx"""
    FAILED = "failed", "failed"
    """given up after days"""
    HELD = "held", "held"
    """the subscription was paused"""


class HookDelivery(models.Model):
    """One event for one subscription: what is sent, how often it was tried, and how the last try ended."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(seen_with("notices_hooksubscription", "subscription_id"))
    backup_where: ClassVar[str] = "state <> 'waiting'"  # it has arrived since: none leaves a second time

    subscription = models.ForeignKey(HookSubscription, models.PROTECT, db_index=False, related_name="deliveries")
    """found by `hook_delivery_newest`"""
    position = models.BigIntegerField(null=True)
    """of the event in the log; None where nothing happened, as with a test"""
    kind = models.CharField(max_length=20)
    at = models.DateTimeField()
    """the moment of the event"""
    data = models.JSONField(default=dict)
    state = models.CharField(max_length=7, choices=Sending, default=Sending.WAITING)
    due_at = models.DateTimeField()
    since = models.DateTimeField()
    """when it was to be sent first, or again at somebody's wish: tries end so long after it"""
    tries = models.PositiveSmallIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, blank=True, default="")
    """of the last try: `taken`, `status`, or a `core.outbound.Fault`"""
    status = models.PositiveSmallIntegerField(null=True)
    """the HTTP status that came, if any"""
    milliseconds = models.PositiveIntegerField(default=0)

    class Meta:
        """An event once for a subscription."""

        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subscription", "position", "kind"], name="hook_delivery_once")
        ]
        indexes: ClassVar = [
            models.Index(fields=["subscription", "-id"], name="hook_delivery_newest"),
            models.Index(
                fields=["subscription", "due_at", "id"], name="hook_delivery_due", condition=Q(state="waiting")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subscription_id}: {self.kind} ({self.state})"

    @property
    def number(self) -> str:
        """The message's own id: the same at every try and for every subscription."""
        return f"evt_{self.position}" if self.position is not None else f"{TEST}_{self.pk}"
