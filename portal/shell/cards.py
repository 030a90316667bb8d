"""The cards of the first page, one after another; one that cannot be shown leaves the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from flask import render_template
from markupsafe import Markup

from portal.shell.api_client import ApiRefused, ApiUnavailable
from portal.shell.sections import Card


@dataclass
class Shown:
    """What the page shows; `is_whole` says whether every service answered."""

    cards: list[Markup] = field(default_factory=list)
    is_whole: bool = True


def rendered(cards: Iterable[Card]) -> Shown:
    """Render the cards that have something to show."""
    shown = Shown()
    for card in sorted(cards, key=lambda card: (card.order, card.template)):
        try:
            values = card.load()
        except ApiRefused:
            continue
        except ApiUnavailable:
            shown.is_whole = False
            continue
        if values is not None:
            shown.cards.append(Markup(render_template(card.template, **values)))  # noqa: S704 - a template's output
    return shown
