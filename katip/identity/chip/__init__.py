"""The ID card's chip (ICAO Doc 9303): what it holds, how it is read, and what it proves. Needs no Django."""
