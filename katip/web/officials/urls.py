"""Addresses of the officials' pages."""

from django.urls import path

from katip.web.officials import directory, office, overview
from katip.web.officials.months import urls as months

paths = [
    path("gorevli/", office.office, name="office"),
    path("genel-bakis/", overview.overview, name="overview"),
    path("genel-bakis/eksik-isyerleri/", overview.lacking, name="lacking"),
    path("genel-bakis/isyerleri/<int:no>/", overview.workplace, name="official_workplace"),
    path("hizmet-verenler/", directory.providers, name="providers"),
    path("hizmet-verenler/yeni/", directory.provider_new, name="provider_new"),
    path("hizmet-verenler/<int:no>/", directory.provider, name="provider"),
    path("hizmet-verenler/<int:no>/yetki-durumu/", directory.provider_stand, name="provider_stand"),
    path("profesyoneller/", directory.professionals, name="professionals"),
    path("profesyoneller/yeni/", directory.professional_new, name="professional_new"),
    path("profesyoneller/<int:no>/", directory.professional, name="professional"),
    path("profesyoneller/<int:no>/yetki-durumu/", directory.professional_stand, name="professional_stand"),
    *months.paths,
]
