"""Trees that lead back into themselves, or grow without end, and numbers that cannot be."""

from collections.abc import Callable, Sequence
from functools import partial

from tests.builders import bad_pdfs
from tests.builders.hostile.case import COMPLEX, DAMAGED, Hostile
from tests.builders.pdfs import PdfWriter, a_pdf
from tests.builders.updates import updated

_EITHER = (COMPLEX, DAMAGED)


def _laughing(first: str, node: str, leaf: str, levels: int = 12) -> bytes:
    """A tree whose every node names the next one ten times: 10^12 leaves."""
    nodes = [node.format(f"{number} 0 R " * 10) for number in range(11, 10 + levels)]
    return a_pdf(catalog=first, objects=(*nodes, leaf))


def _pages(tree: str, *objects: str) -> bytes:
    """A file whose page tree's root is written as said; objects begin with number 3."""
    writer = PdfWriter()
    root = writer.add("<< /Type /Catalog /Pages 2 0 R >>")
    for body in (tree, *objects):
        writer.add(body)
    return writer.write(root)


_PAGE = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] >>"


def _chain_of_pages(length: int) -> bytes:
    nodes = [
        f"<< /Type /Pages /Parent {number - 1} 0 R /Count 1 /Kids [{number + 1} 0 R] >>"
        for number in range(3, 3 + length)
    ]
    last = f"<< /Type /Page /Parent {2 + length} 0 R /MediaBox [0 0 99 99] >>"
    return _pages("<< /Type /Pages /Count 1 /Kids [3 0 R] >>", *nodes, last)


_PAGE_TREES = {
    "that hold themselves": lambda: _pages("<< /Type /Pages /Count 1 /Kids [2 0 R] >>"),
    "that hold each other": lambda: _pages(
        "<< /Type /Pages /Count 1 /Kids [3 0 R] >>",
        "<< /Type /Pages /Parent 2 0 R /Count 1 /Kids [2 0 R] >>",
    ),
    "that hold themselves beside a page": lambda: _pages(
        "<< /Type /Pages /Count 2 /Kids [3 0 R 2 0 R] >>", _PAGE
    ),
    "by the billion": bad_pdfs.endless_pages,
    "in a chain of ten thousand": lambda: _chain_of_pages(10_000),
    "of a billion by their count": lambda: _pages(
        "<< /Type /Pages /Count 2147483647 /Kids [3 0 R] >>", _PAGE
    ),
    "by a count below zero": lambda: _pages("<< /Type /Pages /Count -1 /Kids [3 0 R] >>", _PAGE),
    "that are none": bad_pdfs.no_pages,
    "that are a number": lambda: _pages("7"),
    "whose parent is itself": lambda: _pages(
        "<< /Type /Pages /Count 1 /Kids [3 0 R] /Parent 2 0 R >>", _PAGE
    ),
    "of half a count": lambda: _pages("<< /Type /Pages /Count 1.5 /Kids [3 0 R] >>", _PAGE),
}
_ONE_PAGE = partial(_pages, "<< /Type /Pages /Count 1 /Kids [3 0 R] >>", _PAGE)


def _named(tree: str, *objects: str) -> bytes:
    return a_pdf(catalog=f"/Names << /Dests {tree} >>", objects=objects)


def _outlined(item: str, *objects: str) -> bytes:
    tree = "<< /Type /Outlines /First 11 0 R /Last 11 0 R /Count 1 >>"
    return a_pdf(catalog="/Outlines 10 0 R", objects=(tree, item, *objects))


_TREES: dict[str, tuple[Callable[[], bytes], Callable[[], bytes]]] = {
    "names that hold themselves": (
        lambda: _named("10 0 R", "<< /Kids [10 0 R] >>"),
        lambda: _named("10 0 R", "<< /Names [(a) [0 /Fit]] >>"),
    ),
    "names that hold each other": (
        lambda: _named("10 0 R", "<< /Kids [11 0 R] >>", "<< /Kids [10 0 R] >>"),
        lambda: _named("10 0 R", "<< /Kids [11 0 R] >>", "<< /Limits [(a) (a)] /Names [(a) [0 /Fit]] >>"),
    ),
    "names by the billion": (
        lambda: _laughing("/Names << /Dests 10 0 R >>", "<< /Kids [{}] >>", "<< /Names [(a) [0 /Fit]] >>"),
        lambda: _named("10 0 R", "<< /Names [(a) [0 /Fit]] >>"),
    ),
    "page labels that hold themselves": (
        lambda: a_pdf(catalog="/PageLabels 10 0 R", objects=("<< /Kids [10 0 R] >>",)),
        lambda: a_pdf(catalog="/PageLabels 10 0 R", objects=("<< /Nums [0 << /S /D >>] >>",)),
    ),
    "page labels by the billion": (
        lambda: _laughing("/PageLabels 10 0 R", "<< /Kids [{}] >>", "<< /Nums [0 << /S /D >>] >>"),
        lambda: a_pdf(catalog="/PageLabels 10 0 R", objects=("<< /Nums [0 << /S /D >>] >>",)),
    ),
    "an outline that follows itself": (
        lambda: _outlined("<< /Title (a) /Parent 10 0 R /Next 11 0 R >>"),
        lambda: _outlined("<< /Title (a) /Parent 10 0 R >>"),
    ),
    "an outline that holds itself": (
        lambda: _outlined("<< /Title (a) /Parent 10 0 R /First 11 0 R /Last 11 0 R >>"),
        lambda: _outlined("<< /Title (a) /Parent 10 0 R >>"),
    ),
    "an outline that goes in a circle": (
        lambda: _outlined("<< /Title (a) /Parent 10 0 R /Next 12 0 R >>", "<< /Title (b) /Parent 10 0 R /Next 11 0 R >>"),
        lambda: _outlined("<< /Title (a) /Parent 10 0 R /Next 12 0 R >>", "<< /Title (b) /Parent 10 0 R /Prev 11 0 R >>"),
    ),
    "fields that hold themselves": (
        lambda: a_pdf(catalog="/AcroForm << /Fields [10 0 R] >>", objects=("<< /T (a) /Kids [10 0 R] >>",)),
        lambda: a_pdf(catalog="/AcroForm << /Fields [10 0 R] >>", objects=("<< /T (a) /FT /Tx >>",)),
    ),
    "fields by the billion": (
        lambda: _laughing("/AcroForm << /Fields [10 0 R] >>", "<< /T (a) /Kids [{}] >>", "<< /T (a) /FT /Tx >>"),
        lambda: a_pdf(catalog="/AcroForm << /Fields [10 0 R] >>", objects=("<< /T (a) /FT /Tx >>",)),
    ),
    "tags that hold themselves": (
        lambda: a_pdf(catalog="/StructTreeRoot 10 0 R", objects=("<< /Type /StructTreeRoot /K [11 0 R] >>", "<< /S /P /P 10 0 R /K [11 0 R] >>")),
        lambda: a_pdf(catalog="/StructTreeRoot 10 0 R", objects=("<< /Type /StructTreeRoot /K [11 0 R] >>", "<< /S /P /P 10 0 R /K [0] >>")),
    ),
    "tags by the billion": (
        lambda: _laughing("/StructTreeRoot << /Type /StructTreeRoot /K 10 0 R >>", "<< /S /P /K [{}] >>", "<< /S /P /K 0 >>"),
        lambda: a_pdf(catalog="/StructTreeRoot << /Type /StructTreeRoot /K 10 0 R >>", objects=("<< /S /P /K 0 >>",)),
    ),
    "layers ordered by the billion": (
        lambda: _laughing("/OCProperties << /OCGs [] /D << /Order 10 0 R >> >>", "[{}]", "[(a)]"),
        lambda: a_pdf(catalog="/OCProperties << /OCGs [] /D << /Order 10 0 R >> >>", objects=("[(a)]",)),
    ),
}  # fmt: skip


def _tables_in_a_circle() -> bytes:
    content = updated(a_pdf(), {20: "null"})
    start = content[content.rindex(b"startxref\n") :].split(b"\n")[1]
    head, _, tail = content.rpartition(b"/Prev ")
    return head + b"/Prev " + start + b" " + tail[tail.index(b">>") :]


_NUMBERS = {
    "a length that names itself": lambda: a_pdf(objects=(
        b"<< /Length 10 0 R >>\nstream\na\nendstream",)),
    "a stream beyond the file": lambda: a_pdf(objects=(
        b"<< /Length 999999999 >>\nstream\na\n",)),
    "references in a circle": lambda: a_pdf(page="/Annots 10 0 R", objects=("11 0 R", "10 0 R")),
    "tables in a circle": _tables_in_a_circle,
    "lists in lists": lambda: bad_pdfs.deeply_nested(100_000),
    "dictionaries in dictionaries": lambda: a_pdf(objects=("<< /A " * 5_000 + "1" + " >>" * 5_000,)),
    "objects by the hundred thousand": bad_pdfs.many_objects,
    "numbers by the million": lambda: a_pdf(objects=(f"[{'1 ' * 3_200_000}]",)),
}  # fmt: skip


class _Miscounting(PdfWriter):
    """Writes object streams that say something else of how many they hold."""

    said = ""

    def _object_stream(self, numbers: Sequence[int]) -> bytes:
        whole = super()._object_stream(numbers)
        return whole.replace(f"/N {len(numbers)} ".encode(), f"/N {self.said} ".encode(), 1)


def _miscounted(said: str) -> bytes:
    writer = _Miscounting()
    writer.said = said
    root = writer.add("<< /Type /Catalog /Pages 2 0 R >>")
    writer.add("<< /Type /Pages /Count 1 /Kids [3 0 R] >>")
    writer.add(_PAGE)
    return writer.write_compressed(root)


def _sized(box: str) -> bytes:
    page = f"<< /Type /Page /Parent 2 0 R /MediaBox {box} >>"
    return _pages("<< /Type /Pages /Count 1 /Kids [3 0 R] >>", page)


_MEDIA = {
    "a page larger than a field": "[0 0 99999999 99999999]",
    "a page of no end": "[-99999999999 0 99999999999 99999999999]",
}
CASES = [
    *(Hostile(f"pages {name}", build, _EITHER, _ONE_PAGE) for name, build in _PAGE_TREES.items()),
    *(Hostile(name, build, _EITHER, twin) for name, (build, twin) in _TREES.items()),
    *(Hostile(name, build, _EITHER, framed=True) for name, build in _NUMBERS.items()),
    *(
        Hostile(name, partial(_sized, box), _EITHER, lambda: _sized("[0 0 2384 3370]"))
        for name, box in _MEDIA.items()
    ),
    Hostile("a unit of a kilometre", lambda: a_pdf(page="/UserUnit 1000000"), _EITHER, lambda: a_pdf(page="/UserUnit 2")),
    *(
        Hostile(f"an object stream of {said} objects", partial(_miscounted, said), _EITHER,
                lambda: _miscounted("3"), framed=True)
        for said in ("1000000000", "-1", "1.5")
    ),
    Hostile("20,000 pages", lambda: a_pdf(pages=20_000), _EITHER, lambda: a_pdf(pages=200)),
]  # fmt: skip
