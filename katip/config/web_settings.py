"""The settings of the web processes: the same, with the login that sees nothing but what the one who acts may see."""

from katip.config import settings
from katip.config.settings import *  # noqa: F403 -- the same, but for one database

DATABASES = {**settings.DATABASES, "default": settings.APPLICATION_DATABASE}
KATIP_NOBODY = "none"
