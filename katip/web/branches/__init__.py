"""Pages of whoever runs the installation: branches, their week, who works there."""
