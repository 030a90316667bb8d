"""The cards of the first page, one after another; one that cannot be shown leaves the others."""

from collections.abc import Iterable
from dataclasses import dataclass, field

import structlog
from flask import render_template
from markupsafe import Markup

from portal.shell.api_client import ApiRefused, ApiUnavailable, SignInNeeded
from portal.shell.sections import Card

log = structlog.get_logger()


@dataclass
class Shown:
    """What the page shows; `is_whole` says whether no card is missing."""

    cards: list[Markup] = field(default_factory=list)
    is_whole: bool = True

    def add(self, card: Card) -> None:
        """Render a card, if it has something to show."""
        values = card.load()
        if values is not None:
            self.cards.append(Markup(render_template(card.template, **values)))  # noqa: S704 - a template's output


def rendered(cards: Iterable[Card]) -> Shown:
    """Render the cards that have something to show. Raises `SignInNeeded`."""
    shown = Shown()
    for card in sorted(cards, key=lambda card: (card.order, card.template)):
        try:
            shown.add(card)
        except ApiRefused:
            continue
        except ApiUnavailable:
            shown.is_whole = False
        except SignInNeeded:
            raise
        except Exception:  # another section's card is no reason to show nobody anything
            log.exception("card_failed", card=card.template)
            shown.is_whole = False
    return shown
