"""In whose name: Bireysel or Kurumsal, and the box of companies."""
