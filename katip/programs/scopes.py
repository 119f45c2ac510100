"""What a token may be good for. Nothing here decides: that takes a person with a second step."""

from enum import StrEnum


class Scope(StrEnum):
    """One thing that programs do; a token names those that it is for."""

    WORKPLACES_READ = "workplaces:read"
    """workplaces served, their figures and what the law asks of them"""
    PROFESSIONALS_READ = "professionals:read"
    """the provider's own staff and their minutes"""
    CONTRACTS_READ = "contracts:read"
    """offers, contracts, processes, what waits"""
    DOCUMENTS_READ = "documents:read"
    """sealed documents and statements; they name people"""
    SHEET_READ = "sheet:read"
    """the sheet of 46 columns; it names people with their T.C. kimlik no"""
    OFFERS_WRITE = "offers:write"
    """offering contracts; each then waits for people"""
