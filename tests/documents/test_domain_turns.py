from services.documents.domain.turns import Turns


def turns(places: int, *asked: str) -> Turns[str]:
    """Let work wait; each is named by its owner's letter and a number."""
    made = Turns[str](places)
    for work in asked:
        assert made.join(work[0], work)
    return made


def order(made: Turns[str]) -> list[str]:
    """Let everything run, whatever began first ending first."""
    began: list[str] = []
    ended = 0
    while True:
        while work := made.begin():
            began.append(work)
        if ended == len(began):
            return began
        made.end(began[ended][0])
        ended += 1


def test_owners_take_turns_however_much_one_of_them_asks():
    assert order(turns(1, "a1", "a2", "a3", "b1", "c1", "b2")) == [
        "a1",
        "b1",
        "c1",
        "a2",
        "b2",
        "a3",
    ]


def test_an_owner_has_one_place_even_when_others_are_free():
    made = turns(4, "a1", "a2", "b1")

    assert [made.begin(), made.begin(), made.begin()] == ["a1", "b1", None]
    made.end("a")
    assert made.begin() == "a2"


def test_no_more_begin_than_there_are_places():
    made = turns(2, "a1", "b1", "c1")

    assert [made.begin(), made.begin(), made.begin()] == ["a1", "b1", None]


def test_one_runs_and_two_wait_and_the_next_is_sent_away():
    made = turns(1, "a1", "a2", "a3")
    assert not made.join("a", "a4")

    made.begin()
    assert not made.join("a", "a4")
    assert made.join("b", "b1")

    made.end("a")
    assert made.begin() == "b1"
    assert made.join("a", "a4")
    assert not made.join("a", "a5")


def test_what_nobody_waits_for_any_more_takes_no_turn():
    made = turns(1, "a1", "b1", "a2", "a3")

    made.leave("b", "b1")
    made.leave("a", "a2")

    assert made.join("a", "a4")
    assert order(made) == ["a1", "a3", "a4"]
