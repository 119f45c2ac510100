"""Where runs begin that no inbox starts: fallen offers, running contracts, the cards of many workplaces."""
