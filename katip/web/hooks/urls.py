"""Addresses of webhooks."""

from django.urls import path

from katip.web.hooks import sent, views

paths = [
    path("programlar/webhook/", views.hooks, name="hooks"),
    path("programlar/webhook/yeni/", views.hook_new, name="hook_new"),
    path("programlar/webhook/<int:no>/", sent.hook, name="hook"),
    path("programlar/webhook/<int:no>/degistir/", views.hook_change, name="hook_change"),
    path("programlar/webhook/<int:no>/anahtar/", views.hook_secret, name="hook_secret"),
    path("programlar/webhook/<int:no>/durum/", views.hook_act, name="hook_act"),
    path("programlar/webhook/<int:no>/sonlandir/", views.hook_end, name="hook_end"),
    path("programlar/webhook/<int:no>/yeniden-gonder/", sent.hook_replay, name="hook_replay"),
    path("programlar/webhook/<int:no>/gonderim/<int:part>/", sent.hook_delivery, name="hook_delivery"),
]
