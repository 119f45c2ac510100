"""Offers: the wizard, its drafts, and sheets of offers for many workplaces."""
