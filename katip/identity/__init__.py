"""Who you are: people, sign-in, second step. Knows nothing of workplaces."""
