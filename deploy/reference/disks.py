"""A file system of its own for each database node: a full one is that node's trouble alone."""

import os
from pathlib import Path

from deploy.reference.layout import Node
from deploy.reference.tools import ClusterError, run


def disk_bring(node: Node, size: str | None = None) -> None:
    """Make the node's disk of `size` (as truncate takes it: 2G) at the first time, and mount it."""
    if node.disk.is_mount():
        return
    image = _image(node)
    node.disk.mkdir(parents=True, exist_ok=True)
    if not image.exists():
        if size is None:
            raise ClusterError(f"{node.name} has no disk yet: deploy/cluster up")
        fresh = image.with_suffix(".new")
        run("truncate", "--size", size, fresh)  # sparse: takes what is written
        run("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1", fresh)
        fresh.rename(image)
    run("mount", "-o", "loop,noatime", image, node.disk)


def disk_remove(node: Node) -> None:
    """Unmount it; the data stay in the image."""
    if node.disk.is_mount():
        os.sync()
        run("umount", node.disk)


def _image(node: Node) -> Path:
    return node.home / "disk.img"
