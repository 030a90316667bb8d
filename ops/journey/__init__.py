"""The main job done by a plain HTTP client, as an outside program would do it."""
