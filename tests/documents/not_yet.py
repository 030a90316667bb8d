"""What the check does not yet do as the corpus says. Only ever made shorter."""

# Hostile files that are not refused, or for another reason.
HOSTILE = {
    "bombs: a filter of one's own key",
    "bombs: deflated with bits without end",
    "bombs: deflated with colours without end",
    "bombs: deflated with columns below zero",
    "bombs: deflated with columns of TIFF without end",
    "bombs: deflated with columns that overflow",
    "bombs: deflated with columns without end",
    "drawings: a billion functions",
    "drawings: a colour behind itself",
    "drawings: a function made of itself",
    "drawings: a pattern of a step of zero",
    "drawings: a pattern of no step",
    "drawings: a program of a megabyte",
    "drawings: a program of braces",
    "drawings: colours behind each other",
    "drawings: colours by the billion",
    "drawings: content that is dictionaries in dictionaries",
    "drawings: content that is lists in lists",
    "drawings: functions made of each other",
    "drawings: one page's content listed a hundred thousand times",
    "drawings: samples by the billion",
    "drawings: samples in thirty directions",
    "frames: a page behind",
    "frames: a program behind",
    "frames: a script behind",
    "frames: a zip behind",
    "frames: an office file behind",
    "frames: another whole PDF behind",
    "loops: a page larger than a field",
    "loops: a page of no end",
    "loops: a stream beyond the file",
    "loops: a unit of a kilometre",
    "loops: fields by the billion",
    "loops: layers ordered by the billion",
    "loops: names by the billion",
    "loops: numbers by the million",
    "loops: page labels by the billion",
    "loops: pages by a count below zero",
    "loops: pages of a billion by their count",
    "loops: pages of half a count",
    "loops: pages whose parent is itself",
    "loops: tags by the billion",
    "pictures: 60,000 squared by JPEG's header alone",
    "pictures: 60,000 squared by its dictionary's short words",
}

# Files without anything hostile that are refused, by the name of their hostile twin.
TWINS: set[str] = set()

# Plain files that are refused.
PLAIN: set[str] = set()
