"""Pages of the ministry's officials: what they see by province, and whom they authorise."""
