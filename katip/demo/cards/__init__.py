"""Synthetic countries, signers and ID cards, and a virtual chip. For the sample world and the tests only."""
