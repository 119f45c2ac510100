"""Tokens of organisations' programs, how often they call, and what they asked once already."""

from typing import ClassVar

from django.db import models

from katip.core.rows import MY_PROVIDERS, Rows, seen_with
from katip.identity.models import Person
from katip.registry.models import Provider


class ApiToken(models.Model):
    """By what a provider's own program is known. Only a keyed hash of the secret is kept; `prefix` is its beginning.

    Good until `expires_at`, unless revoked, and only while whoever made it manages the provider. `follows` is the token
    in whose place it came.
    """

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS}")

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", db_index=False)
    """found by `token_of_provider`"""
    name = models.CharField(max_length=60)
    prefix = models.CharField(max_length=20)
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    follows = models.OneToOneField("self", models.PROTECT, null=True, related_name="followed_by")

    class Meta:
        """Listed by provider, the newest first."""

        indexes: ClassVar = [models.Index(fields=["provider", "-id"], name="token_of_provider")]

    def __str__(self) -> str:
        return self.name


class TokenCalls(models.Model):
    """How many calls a token made in the minute that `minute` begins: its rate limit, and when it was used last."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"
    visible: ClassVar[Rows] = Rows(seen_with("programs_apitoken", "token_id"))

    token = models.OneToOneField(ApiToken, models.PROTECT, primary_key=True, related_name="calls")
    minute = models.DateTimeField()
    number = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.token_id}: {self.number}"


class IdempotencyKey(models.Model):
    """What a program asked for under a key of its own, and what it was answered: asked again, it is answered alike.

    Written in the transaction of what was asked, so that there is one without the other never. The answer names nobody.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    visible: ClassVar[Rows] = Rows(f"provider_id = {MY_PROVIDERS}")

    provider = models.ForeignKey(Provider, models.PROTECT, related_name="+", db_index=False)
    """found by `idempotency_key_once`"""
    key = models.CharField(max_length=64)
    token = models.ForeignKey(ApiToken, models.PROTECT, related_name="+", db_index=False)
    request_hash = models.CharField(max_length=64)
    answer = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        """A key is the whole provider's: a program goes on with a rotated token."""

        constraints: ClassVar = [models.UniqueConstraint(fields=["provider", "key"], name="idempotency_key_once")]
        indexes: ClassVar = [models.Index(fields=["at"], name="idempotency_key_old")]

    def __str__(self) -> str:
        return self.key
