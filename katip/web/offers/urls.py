"""Addresses of the offers: the wizard by draft, sheets of offers by their own numbers."""

from django.urls import path

from katip.web.offers import drafts, finish, sheets, steps

paths = [
    path("teklifler/", drafts.offer_drafts, name="offer_drafts"),
    path("teklifler/yeni/", drafts.offer_new, name="offer_new"),
    path("teklifler/toplu/", sheets.offer_sheet_new, name="offer_sheet_new"),
    path("teklifler/toplu/ornek/", sheets.offer_sheet_template, name="offer_sheet_template"),
    path("teklifler/toplu/<int:no>/", sheets.offer_sheet, name="offer_sheet"),
    path("teklifler/toplu/<int:no>/sonuclar/", sheets.offer_sheet_results, name="offer_sheet_results"),
    path("teklifler/<int:no>/", steps.offer, name="offer"),
    path("teklifler/<int:no>/surec/", steps.offer_kind, name="offer_kind"),
    path("teklifler/<int:no>/bilgi/", steps.offer_information, name="offer_information"),
    path("teklifler/<int:no>/isyeri/", steps.offer_workplace, name="offer_workplace"),
    path("teklifler/<int:no>/profesyonel/", steps.offer_professional, name="offer_professional"),
    path("teklifler/<int:no>/sure/", finish.offer_minutes, name="offer_minutes"),
    path("teklifler/<int:no>/kontrol/", finish.offer_check, name="offer_check"),
    path("teklifler/<int:no>/sonuc/", finish.offer_result, name="offer_result"),
    path("teklifler/<int:no>/sil/", drafts.offer_delete, name="offer_delete"),
]
