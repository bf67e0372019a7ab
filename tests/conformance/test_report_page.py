"""The HTML report as a person opens it: from disk, in a real browser, by keyboard, in the dark, on a phone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from conformance.reports import html, model
from tests.conformance.wrong import spoiling
from tests.conformance.wrong.service import Wrong
from tests.conformance.wrong.trials import trial
from tests.tools import tool

pytestmark = [pytest.mark.timeout(180), pytest.mark.xdist_group("browser")]
PHONE, DESK = {"width": 360, "height": 740}, {"width": 1280, "height": 900}
FIRST_CELL = "table.map tbody td[data-cell]"
SILENT = "td[data-code=DENIED_SILENT]"
CHECKED = ("MAN-1", "PAG-1", "FLD-1", "MTX-1", "MTX-3", "MTX-7", "MTX-8")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, sandbox: str) -> Path:
    """The report of a service that says nothing when nothing is allowed: cells of each kind, and both heat maps."""
    wrong = Wrong(sync=spoiling.silent_when_nothing_is_allowed)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(html.render(model.build(trial("harbor", wrong, CHECKED, sandbox=sandbox))), "utf-8")
    return path


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium: the one that comes with the client is not installed."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=tool("chromium", "chromium-browser", "google-chrome"), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser, report: Path) -> Iterator[Page]:
    opened = browser.new_page(viewport=DESK)
    opened.goto(report.as_uri())
    yield opened
    opened.close()


def test_it_opens_from_disk_and_asks_nobody(browser: Browser, report: Path):
    """One file, sent by mail, read in a train: no request but for the file, and no error in the console."""
    asked: list[str] = []
    errors: list[str] = []
    opened = browser.new_page()
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.goto(report.as_uri())
    opened.locator(FIRST_CELL).first.click()

    assert asked == [report.as_uri()]
    assert errors == []
    assert "failed" in opened.locator("h1").inner_text()
    opened.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("opened", [False, True], ids=["closed", "with a cell open"])
def test_everybody_can_read_it(page: Page, scheme: str, opened: bool):
    """Contrast, names of what can be pressed, roles: no rule of axe for WCAG A and AA is broken, by day and by night."""
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    if opened:
        page.locator(FIRST_CELL).first.click()

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]})

    assert found.violations_count == 0, found.generate_report()


def test_the_heat_map_is_walked_by_keyboard(page: Page):
    """Tab reaches it once, arrows move, Enter opens a cell, Escape closes it and gives the focus back."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('td[data-cell]')"):
            break
    start = _place(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    assert _place(page) == [start[0] + 1, start[1] + 1]

    page.keyboard.press("Enter")
    assert page.locator("dialog#detail").is_visible()
    page.keyboard.press("Escape")

    assert not page.locator("dialog#detail").is_visible()
    assert _place(page) == [start[0] + 1, start[1] + 1]


def _place(page: Page) -> list[int]:
    """Row and column of the cell that has the focus."""
    found: list[int] = page.evaluate("[document.activeElement.parentElement.rowIndex, document.activeElement.cellIndex]")
    return found


def test_a_cell_opens_its_four_worlds(page: Page):
    """Side by side: what was said and asked in each, the requirement with its source, and how to see it again."""
    page.locator(f"tr:not(.whole) {SILENT}").first.click()
    told = page.locator("dialog#detail").inner_text()

    assert " > " in told
    assert "DENIED_SILENT" in told
    for world in ("1 · granted", "2 · without", "3 · granted and blank", "4 · granted and changed"):
        assert world in told
    assert "What the vendor saw" in told
    assert "GET " in told
    assert "MTX-3: Each field is told apart in four worlds" in told
    assert "ats-sandbox replay MTX-3-" in told


def test_the_address_of_a_case_opens_its_cell(page: Page, report: Path):
    page.locator(f"tr:not(.whole) {SILENT}").first.click()
    name = page.locator("dialog#detail pre", has_text="replay").inner_text().split()[2]
    field = page.locator("dialog#detail h2").inner_text().partition(" · ")[0]

    page.goto("about:blank")
    page.goto(f"{report.as_uri()}#{name}")

    assert page.locator("dialog#detail h2").inner_text().startswith(f"{field} · ")


def test_cells_are_filtered_by_verdict(page: Page):
    """Rows in which nothing chosen is left go; the cells above are filtered by what is not proved."""
    rows = page.locator("table.map tbody tr:visible")
    before = rows.count()
    for box in page.locator("input[data-code]").all():
        box.set_checked(box.get_attribute("data-code") == "DENIED_SILENT")

    assert 0 < rows.count() < before
    assert all(row.locator(SILENT).count() for row in rows.all())

    page.locator("#problems").check()
    assert page.locator(".cell.proved:visible").count() == 0
    assert page.locator(".cell:visible").count() > 0


def test_heads_stay_in_sight_and_can_be_told_apart(page: Page):
    """Scrolled to its far corner a heat map still says whose row and column each cell is."""
    scrolled = page.evaluate("""() => {
        const box = document.querySelector(".scroll"); box.style.maxHeight = "20rem"; box.style.maxWidth = "30rem"; box.scrollTo(1e5, 1e5);
        const at = box.getBoundingClientRect(), head = box.querySelector("thead th:nth-child(3)").getBoundingClientRect();
        const rows = box.querySelectorAll("tbody tr"), side = rows[rows.length - 1].querySelector("th").getBoundingClientRect();
        return [box.scrollTop > 0 && box.scrollLeft > 0, head.top - at.top, side.left - at.left]; }""")
    assert scrolled[0]
    assert abs(scrolled[1]) < 3
    assert abs(scrolled[2]) < 3

    heads = page.locator("table.map").first.locator("thead th span").all_inner_texts()
    assert len(heads) == len(set(heads)) > 5


def test_it_works_at_the_width_of_a_phone(browser: Browser, report: Path):
    """The page never scrolls sideways, only the heat map in its frame does; an opened cell fits the screen."""
    phone = browser.new_page(viewport=PHONE, is_mobile=True, has_touch=True)
    phone.goto(report.as_uri())

    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.locator(FIRST_CELL).first.tap()
    box = phone.locator("dialog#detail").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= PHONE["width"]
    phone.close()
