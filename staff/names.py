"""How a person's name is written wherever it is shown."""


def full_name(name: str, title_prefix: str | None = None, title_suffix: str | None = None) -> str:
    """Write a name with its titles: `Dr. Siti Aminah, S.Pd.`"""
    named = f"{title_prefix} {name}" if title_prefix else name
    return f"{named}, {title_suffix}" if title_suffix else named
