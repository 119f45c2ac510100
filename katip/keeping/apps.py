"""The room as a Django app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class KeepingConfig(AppConfig):
    """Retention, a person's own data, requests, and the privacy notice."""

    name = "katip.keeping"
    label = "keeping"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have the owner's function written anew after every migration, settings checked, destructions understood."""
        from katip.audit.log.erased import destruction_reader
        from katip.core.schema import FINISHERS, Finisher
        from katip.keeping import checks  # noqa: F401 -- registered on import
        from katip.keeping.destroying import right_due, right_take
        from katip.keeping.erased import DESTROYED, reach_read

        if not any(one.name == "right to destroy" for one in FINISHERS):
            FINISHERS.append(Finisher("right to destroy", right_due, right_take))
        destruction_reader(DESTROYED, reach_read)
        post_migrate.connect(_function_write, sender=self)


def _function_write(using: str, **_: Any) -> None:
    from katip.keeping.destroying import function_write

    if using == "owner":
        function_write()
