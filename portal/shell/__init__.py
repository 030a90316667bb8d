"""The pages people use: rendered here, fed only by the public HTTP API, through the edge."""
