"""Addresses of the pages of whoever runs the installation."""

from django.urls import path

from katip.web.branches import views

paths = [
    path("gorevli/subeler/", views.branches, name="branches"),
    path("gorevli/subeler/yeni/", views.branch_new, name="branch_new"),
    path("gorevli/subeler/<int:no>/", views.branch, name="branch"),
    path("gorevli/subeler/<int:no>/bilgiler/", views.change, name="branch_change"),
    path("gorevli/subeler/<int:no>/saatler/", views.week, name="branch_week"),
    path("gorevli/subeler/<int:no>/kapali-gun/", views.closed_day, name="branch_closed_day"),
    path("gorevli/kapali-gunler/<int:no>/", views.closed_day_drop, name="branch_closed_day_drop"),
    path("gorevli/subeler/<int:no>/kapat/", views.shut, name="branch_shut"),
    path("gorevli/subeler/<int:no>/gorevli/", views.officer_new, name="branch_officer_new"),
    path("gorevli/gorevliler/<int:no>/sube/", views.officer_move, name="branch_officer_move"),
    path("gorevli/gorevliler/<int:no>/bitir/", views.officer_end, name="branch_officer_end"),
]
