"""The pages on which people sign in, rendered here and working without JavaScript."""
