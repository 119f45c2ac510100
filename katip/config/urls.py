"""Every address of the product."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from katip.web.development import components

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("katip.web.urls")),
    path("api/", include("katip.api.urls")),
]
if settings.KATIP.env == "development":
    urlpatterns.append(path("_parcalar/", components, name="components"))
handler500 = "katip.web.away.failed"
