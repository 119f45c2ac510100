"""Addresses of runs."""

from django.urls import path

from katip.web.runs import receipts, views
from katip.web.runs.start import contact, contracts

paths = [
    path("toplu/", views.runs, name="runs"),
    path("toplu/yeni/", views.run_new, name="run_new"),
    path("toplu/<int:no>/", views.run, name="run"),
    path("toplu/<int:no>/oku/", views.run_review, name="run_review"),
    path("toplu/<int:no>/tamamla/", views.run_confirm, name="run_confirm"),
    path("toplu/<int:no>/durum/", views.run_progress, name="run_progress"),
    path("toplu/<int:no>/yeniden/", views.run_again, name="run_again"),
    path("toplu/<int:no>/makbuzlar/", receipts.run_receipts, name="run_receipts"),
    path("toplu/<int:no>/makbuzlar/<int:part>/", receipts.run_receipt, name="run_receipt"),
    path("toplu/yeniden-teklif/", contracts.reoffer, name="run_reoffer"),
    path("toplu/sonlandir/", contracts.end, name="run_end"),
    path("toplu/beyan/", contact.contact, name="run_contact"),
]
