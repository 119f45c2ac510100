"""Addresses of the lists of contracts and of what comes and goes as a file."""

from django.urls import path

from katip.web.contracts import export, go, reconcile, renumbered, views

paths = [
    path("sozlesmeler/", views.contracts, name="contracts"),
    path("sozlesmeler/git/", go.contracts_go, name="contracts_go"),
    path("sozlesmeler/disa-aktar/", export.export, name="contracts_export"),
    path("sozlesmeler/yeni-numara/", renumbered.renumbered, name="contracts_renumbered"),
    path("sozlesmeler/karsilastir/", reconcile.contracts_reconcile, name="contracts_reconcile"),
    path("sozlesmeler/karsilastir/kapat/", reconcile.contracts_reconcile_close, name="contracts_reconcile_close"),
    path("sozlesmeler/karsilastir/indir/", reconcile.contracts_reconcile_download, name="contracts_reconcile_download"),
    path("sozlesmeler/karsilastir/taslaklar/", reconcile.contracts_reconcile_drafts, name="contracts_reconcile_drafts"),
]
