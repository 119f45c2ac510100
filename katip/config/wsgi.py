"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ["DJANGO_SETTINGS_MODULE"] = "katip.config.web_settings"  # whatever the parent's are
application = get_wsgi_application()
