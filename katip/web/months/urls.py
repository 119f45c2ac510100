"""Addresses of the pages that tell what a month did."""

from django.urls import path

from katip.web.months import digest, provider, provider_accept

paths = [
    path("ayin-ozeti/", digest.month_digests, name="month_digests"),
    path("ayin-ozeti/<int:no>/", digest.month_digest, name="month_digest"),
    path("aylik-degisiklikler/", provider.provider_month, name="provider_month"),
    path("aylik-degisiklikler/indir/", provider.provider_month_export, name="provider_month_export"),
    path("aylik-degisiklikler/onayla/", provider_accept.provider_accept, name="provider_accept"),
    path("aylik-degisiklikler/onaylanan/", provider_accept.provider_accepted, name="provider_accepted"),
]
