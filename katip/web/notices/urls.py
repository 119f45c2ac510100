"""Addresses of notices and of what people choose and report."""

from django.urls import path

from katip.web.notices import leave, objections, preferences, views

paths = [
    path("bildirimler/", views.notices, name="notices"),
    path("hesabim/bildirim-tercihleri/", preferences.preferences, name="notice_preferences"),
    path("bildirim-birak/", leave.leave, name="notices_leave"),
    path("surecler/<int:no>/tanimiyorum/", objections.disown, name="disown"),
    path("genel-bakis/taninmayanlar/", objections.objections, name="objections"),
    path("genel-bakis/taninmayanlar/<int:no>/", objections.objection, name="objection"),
]
