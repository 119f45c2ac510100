"""The WSGI application that granian serves."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from katip import __version__
from katip.core.reach import patience_set
from katip.core.tracing import tracing_start

os.environ["DJANGO_SETTINGS_MODULE"] = "katip.config.web_settings"  # whatever the parent's are
application = get_wsgi_application()
tracing_start(settings.KATIP.otel_endpoint, "web", version=__version__, behind_proxy=settings.KATIP.trusted_proxies > 0)
patience_set(settings.KATIP)
