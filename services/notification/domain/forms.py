"""In what form a channel takes a notice's text. Pure.

A letter has a subject and lines; how it is laid out (HTML beside plain text) is the channel's
own affair. A short text has an end, and may have to be one line.
"""

from dataclasses import dataclass

from chassis.kernel.text import shown_line
from services.notification.domain.rendering import Text

_CUT = "…"


@dataclass(frozen=True)
class Form:
    """`longest` characters of subject and body together; without `lines` all is one line in the
    body, the subject first.
    """

    longest: int | None = None
    lines: bool = True

    def shape(self, text: Text) -> Text:
        """Return the text in this form; one that is too long ends at a word, with an ellipsis."""
        if not self.lines:
            text = Text(subject="", body=f"{text.subject}: {shown_line(text.body)}")
        if self.longest is None:
            return text
        return Text(text.subject, _shortened(text.body, self.longest - len(text.subject)))


LETTER = Form()


def _shortened(body: str, longest: int) -> str:
    if len(body) <= longest:
        return body
    start = body[: longest - len(_CUT)]
    whole_words = start.rpartition(" ")[0] or start
    return whole_words.rstrip() + _CUT
