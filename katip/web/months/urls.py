"""Addresses of the pages that tell what a month did."""

from django.urls import path

from katip.web.months import provider, provider_accept

paths = [
    path("aylik-degisiklikler/", provider.provider_month, name="provider_month"),
    path("aylik-degisiklikler/indir/", provider.provider_month_export, name="provider_month_export"),
    path("aylik-degisiklikler/onayla/", provider_accept.provider_accept, name="provider_accept"),
    path("aylik-degisiklikler/onaylanan/", provider_accept.provider_accepted, name="provider_accepted"),
]
