"""Addresses of the feed API, under `/api/`."""

from django.urls import path

from katip.api.feed import views

paths = [
    path("feed/v1/feeds", views.feeds, name="feed_open"),
    path("feed/v1/feeds/<int:no>", views.feed, name="feed_state"),
    path("feed/v1/feeds/<int:no>/parts/<int:part>", views.part, name="feed_part"),
    path("feed/v1/feeds/<int:no>/close", views.close, name="feed_close"),
    path("feed/v1/feeds/<int:no>/rehearse", views.rehearsal, name="feed_rehearse"),
    path("feed/v1/feeds/<int:no>/faults", views.faults, name="feed_faults"),
]
