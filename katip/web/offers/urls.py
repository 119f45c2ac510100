"""Addresses of the offers: the wizard by draft, sheets of offers by their own numbers."""

from django.urls import path

from katip.web.offers import sheets, views

paths = [
    path("teklifler/", views.offer_drafts, name="offer_drafts"),
    path("teklifler/yeni/", views.offer_new, name="offer_new"),
    path("teklifler/toplu/", sheets.offer_sheet_new, name="offer_sheet_new"),
    path("teklifler/toplu/ornek/", sheets.offer_sheet_template, name="offer_sheet_template"),
    path("teklifler/toplu/<int:no>/", sheets.offer_sheet, name="offer_sheet"),
    path("teklifler/toplu/<int:no>/sonuclar/", sheets.offer_sheet_results, name="offer_sheet_results"),
    path("teklifler/<int:no>/", views.offer, name="offer"),
    path("teklifler/<int:no>/surec/", views.offer_kind, name="offer_kind"),
    path("teklifler/<int:no>/bilgi/", views.offer_information, name="offer_information"),
    path("teklifler/<int:no>/isyeri/", views.offer_workplace, name="offer_workplace"),
    path("teklifler/<int:no>/profesyonel/", views.offer_professional, name="offer_professional"),
    path("teklifler/<int:no>/sure/", views.offer_minutes, name="offer_minutes"),
    path("teklifler/<int:no>/kontrol/", views.offer_check, name="offer_check"),
    path("teklifler/<int:no>/sonuc/", views.offer_result, name="offer_result"),
    path("teklifler/<int:no>/sil/", views.offer_delete, name="offer_delete"),
]
