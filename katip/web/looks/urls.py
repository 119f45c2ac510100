"""Who looked at one's own data; the reason that officials give."""

from django.urls import path

from katip.web.looks import views

paths = [
    path("hesabim/verilerime-kim-bakti/", views.account_looks, name="account_looks"),
    path("gorevli/neden/", views.look_reason, name="look_reason"),
    path("gorevli/neden/kapat/", views.look_reason_close, name="look_reason_close"),
]
