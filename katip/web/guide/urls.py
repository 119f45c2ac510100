"""Addresses of the guide. A customer's link carries signs that nobody can guess, and nothing about anybody."""

from django.urls import path

import katip.web.verify.urls  # noqa: F401 -- registers `<code:…>`, which stands below
from katip.web.guide import make, views

paths = [
    path("kilavuz/", views.guide, name="guide"),
    path("kilavuz/kilavuz.pdf", views.guide_pdf, name="guide_pdf"),
    path("kilavuz/e-bildirge-kullanicisi-yok/", views.guide_no_user, name="guide_no_user"),
    path("kilavuz/iki-asamali-giris-kapali/", views.guide_two_step, name="guide_two_step"),
    path("kilavuz/<code:code>/", views.guide_customer, name="guide_customer"),
    path("kilavuz/<code:code>/kilavuz.pdf", views.guide_customer_pdf, name="guide_customer_pdf"),
    path("takip/kilavuz/<int:no>/", make.guide_make, name="guide_make"),
    path("takip/kilavuz/<int:no>/kapat/", make.guide_close, name="guide_close"),
]
