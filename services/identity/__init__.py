"""Identity: who people are, how they sign in, which roles they hold."""
