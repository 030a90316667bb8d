"""Whether a reader is shown a page or given a document: by what its Accept wants more."""

from chassis.kernel.weights import is_wanted_more

# What browsers name first when they open an address; programs name JSON, or nothing in particular.
PAGE = r"(?:text/html|application/xhtml\+xml)"
DOCUMENT = r"application/(?:problem\+)?json"


def wants_page(accept: str) -> bool:
    """Tell whether a page is wanted more than JSON; of an Accept without either, it is not."""
    return is_wanted_more(PAGE, DOCUMENT, accept)
