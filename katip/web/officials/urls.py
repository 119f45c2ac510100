"""Addresses of the officials' pages."""

from django.urls import path

from katip.web.officials import office

paths = [
    path("gorevli/", office.office, name="office"),
]
