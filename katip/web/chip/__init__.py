"""Pages: proof of identity by the chip of one's ID card."""
