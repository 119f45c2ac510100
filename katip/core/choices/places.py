"""Where an installation's files lie if nobody says."""

from pathlib import Path


def default_data(name: str) -> Path:
    """The data folder `var/<name>`: of the checkout that this program runs from, else of the folder one stands in."""
    checkout = Path(__file__).resolve().parents[3]
    return (checkout if (checkout / "script" / "katip").exists() else Path.cwd()) / "var" / name
