"""Whether a reader is shown a page or given a document: by what its Accept wants more."""

from chassis.kernel.weights import is_refused, is_wanted_more

# What browsers name first when they open an address; programs name JSON, or nothing in particular.
PAGE = r"(?:text/html|application/xhtml\+xml)"
DOCUMENT = r"application/(?:problem\+)?json"


def wants_page(accept: str, *, otherwise: bool = False) -> bool:
    """Tell whether a page is wanted more than JSON.

    `otherwise` is the answer to an Accept that wants neither more: yes at the doors of people. One
    that refuses pages gets none.
    """
    if is_wanted_more(PAGE, DOCUMENT, accept):
        return True
    if is_wanted_more(DOCUMENT, PAGE, accept) or is_refused(PAGE, accept):
        return False
    return otherwise
