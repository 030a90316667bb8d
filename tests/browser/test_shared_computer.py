"""Before an unused session ends its page says so, and hands over what was typed."""

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.people import People, assert_fits

pytestmark = [pytest.mark.browser, pytest.mark.slow]
TYPED = "telepon kantor yang baru"


def answer(page: Page, *, left: int, status: int = 200) -> None:
    """Have the server say how long is left, whatever its clock says."""

    def fulfil(route: Route) -> None:
        body = json.dumps({"left": left})
        route.fulfill(status=status, content_type="application/json", body=body)

    page.unroute("**/portal/sesi")
    page.route("**/portal/sesi", fulfil)


def test_a_page_that_nobody_uses_warns_and_keeps_what_was_typed(people: People):
    page = people.signed_in("umpeg")
    page.clock.install()
    page.goto(f"{people.system.public_url}/portal/kontak")
    warning = page.get_by_role("alertdialog")
    page.fill("input[name=phone]", TYPED)
    expect(warning).to_be_hidden()

    answer(page, left=30)
    with page.expect_response("**/portal/sesi/ketikan") as kept:
        page.clock.fast_forward("14:10")
    expect(warning).to_be_visible()
    assert kept.value.status == 204
    people.picture(page, "idle")
    assert_fits(page, "idle")

    answer(page, left=900)
    page.get_by_role("button", name="Tetap masuk").click()
    expect(warning).to_be_hidden()
    assert page.input_value("input[name=phone]") == TYPED

    answer(page, left=0, status=401)
    page.clock.fast_forward("14:10")
    page.wait_for_url("**/portal/sesi/berakhir**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Anda sudah keluar otomatis")
    page.goto(f"{people.system.public_url}/portal/kontak")
    assert page.input_value("input[name=phone]") == TYPED
