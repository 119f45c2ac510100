"""The feed as it came, the month as it was planned, and what became of it."""

from katip.updates.models.feed import Feed, FeedFault, FeedKey, FeedPart, FeedSource, FeedState
from katip.updates.models.month import (
    ChunkState,
    Digest,
    Missing,
    MonthChunk,
    MonthFigure,
    MonthProvider,
    MonthRun,
    RunState,
)

__all__ = [
    "ChunkState",
    "Digest",
    "Feed",
    "FeedFault",
    "FeedKey",
    "FeedPart",
    "FeedSource",
    "FeedState",
    "Missing",
    "MonthChunk",
    "MonthFigure",
    "MonthProvider",
    "MonthRun",
    "RunState",
]
