"""Addresses of a month's pages for officials."""

from django.urls import path

from katip.web.officials.months import acts, files, lists, pages

paths = [
    path("genel-bakis/aylar/", pages.months, name="official_months"),
    path("genel-bakis/aylar/planla/", acts.plan, name="official_month_plan"),
    path("genel-bakis/aylar/<int:no>/", pages.month, name="official_month"),
    path("genel-bakis/aylar/<int:no>/durum/", pages.progress, name="official_month_progress"),
    path("genel-bakis/aylar/<int:no>/uygula/", acts.begin, name="official_month_begin"),
    path("genel-bakis/aylar/<int:no>/vazgec/", acts.drop, name="official_month_drop"),
    path("genel-bakis/aylar/<int:no>/degisenler/", lists.changes, name="official_month_changes"),
    path("genel-bakis/aylar/<int:no>/degisenler/indir/", files.changes, name="official_month_changes_file"),
    path("genel-bakis/aylar/<int:no>/eksikler/", lists.missing, name="official_month_missing"),
    path("genel-bakis/aylar/<int:no>/eksikler/indir/", files.missing, name="official_month_missing_file"),
    path("genel-bakis/aylar/<int:no>/iller/indir/", files.figures, name="official_month_figures_file"),
    path("genel-bakis/aylar/<int:no>/hizmet-verenler/indir/", files.providers, name="official_month_providers_file"),
    path("genel-bakis/bildirimler/<int:no>/", lists.faults, name="official_month_faults"),
]
