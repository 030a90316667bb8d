"""Read-only questions: lists, counters, who decides, what a client may see."""
