"""As whom somebody decides (R41): definitive, Plt., Plh., Pj., tugas tambahan, or for somebody.

A history entry keeps it in words, as units and posts are called that day.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chassis.kernel.languages import LANGUAGES

DELEGATE = "delegate"
Label = Callable[[str, str, str], str]


@dataclass(frozen=True)
class Standing:
    """In what standing somebody acts.

    `unit` is the unit of the role; of a delegate, `holder` is the name of who delegated and
    `post` the own post.
    """

    role: str
    acting: str
    unit: str | None = None
    holder: str | None = None
    post: str | None = None

    @property
    def code(self) -> str:
        return DELEGATE if self.holder is not None else self.acting

    def stored(self, label: Label) -> Mapping[str, object]:
        """Return it as the history keeps it, in both languages, with and without the names."""
        return {
            "as": self.code,
            "said": {language: self._said(label, language, "") for language in LANGUAGES},
            "named": {
                language: self._said(label, language, f" ({self.holder})" if self.holder else "")
                for language in LANGUAGES
            },
        }

    def _said(self, label: Label, language: str, holder: str) -> str:
        office = label("office", self.role, language).format(unit=self.unit or "").strip()
        held = label("standing", self.acting, language).format(office=office)
        if self.code != DELEGATE:
            return held
        lent = label("standing", DELEGATE, language).format(office=f"{held}{holder}")
        return f"{lent}, {self.post}" if self.post else lent
