"""What those see who keep the service running: machines at their doors, and the operator's page."""
