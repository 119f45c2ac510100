"""What an installation knows of itself."""

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
