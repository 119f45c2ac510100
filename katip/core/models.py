"""What an installation knows of itself, and which forms it has taken in."""

from typing import ClassVar

from django.db import models


class Fact(models.Model):
    """One thing that is known of the installation as a whole, such as which keys it has. Nothing about people."""

    grants: ClassVar[str] = "SELECT, INSERT, UPDATE"

    name = models.CharField(max_length=80, primary_key=True)
    value = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.value}".rstrip()


class SentForm(models.Model):
    """That a form was taken in, so that nothing is saved when it comes again (`katip.core.once`).

    The key is a hash over a drawn number, the person and everything that was sent: it tells nobody anything. `at` is
    the moment of what was saved. Logged as any table: whoever takes over for the primary knows it.
    """

    grants: ClassVar[str] = "SELECT, INSERT"
    backup_where: ClassVar[str] = "false"  # worth nothing on another day

    key = models.CharField(max_length=64, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        """Destroyed by age."""

        indexes: ClassVar = [models.Index(fields=["at"], name="sent_form_old")]

    def __str__(self) -> str:
        return self.key
