"""The addresses of signing in at a provider.

The number is the one in the operator's file; `oidc_return` is what is registered with the provider, one for each.
"""

from django.urls import path

from katip.web.oidc import views

paths = [
    path("giris/saglayici/<int:no>/", views.start, name="oidc_start"),
    path("giris/saglayici/<int:no>/donus/", views.back, name="oidc_return"),
    path("giris/saglayici/<int:no>/yeniden/", views.again, name="oidc_again"),
]
