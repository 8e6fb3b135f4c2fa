"""The canvas: shapes as pixels and as SVG, targets, charts."""

import re
import sys
from xml.etree import ElementTree

import numpy as np
import pytest

import agora.envs
from agora.envs import paint
from agora.envs.canvas import INK, PAPER, SEATS, Canvas, picture, text_width, wrap
from agora.envs.charts import log_ticks, tick_names, ticks

SVG = "{http://www.w3.org/2000/svg}"


def colour(name):
    return tuple(int(name[index : index + 2], 16) for index in (1, 3, 5))


def texts(canvas):
    return [element.text for element in ElementTree.fromstring(canvas.svg()).iter(f"{SVG}text")]


def inked(canvas):
    """Rows and columns of pixels that are not paper: (top, bottom, left, right)."""
    rows, columns = np.nonzero((canvas.pixels() != colour(PAPER)).any(axis=2))
    return rows.min(), rows.max(), columns.min(), columns.max()


def kuhn(moves=()):
    game = agora.envs.game("agora/KuhnPoker-v0")
    state = game.settle(game.new(3))
    for move in moves:
        game.step(state, move)
    return game, state


def test_both_media_have_the_size_of_the_canvas():
    canvas = Canvas(321, 123)
    assert canvas.pixels().shape == (123, 321, 3)
    assert canvas.pixels().dtype == np.uint8
    root = ElementTree.fromstring(canvas.svg())
    assert (root.get("width"), root.get("height"), root.get("viewBox")) == ("321", "123", "0 0 321 123")


def test_an_empty_canvas_is_white():
    assert (Canvas(20, 10).pixels() == 255).all()


def test_shapes_cover_the_same_pixels_as_their_svg_says():
    canvas = Canvas(100, 80)
    canvas.rectangle(10, 20, 30, 40, fill=SEATS[0])
    canvas.circle(70, 40, 15, fill=SEATS[1])
    pixels = canvas.pixels()
    assert tuple(pixels[20, 10]) == tuple(pixels[59, 39]) == colour(SEATS[0])
    assert tuple(pixels[19, 10]) == tuple(pixels[60, 39]) == tuple(pixels[40, 40]) == colour(PAPER)
    assert tuple(pixels[40, 70]) == tuple(pixels[27, 70]) == colour(SEATS[1])
    assert tuple(pixels[40, 87]) == tuple(pixels[23, 70]) == colour(PAPER)
    assert '<rect x="10" y="20" width="30" height="40" rx="0" fill="#0072b2"/>' in canvas.svg()
    assert '<circle cx="70" cy="40" r="15" fill="#d55e00"/>' in canvas.svg()


def test_outlines_are_centred_on_the_edge():
    canvas = Canvas(60, 60)
    canvas.rectangle(10, 10, 40, 40, stroke=INK, width=4)
    pixels = canvas.pixels()
    assert tuple(pixels[30, 8]) == tuple(pixels[30, 11]) == colour(INK)
    assert tuple(pixels[30, 7]) == tuple(pixels[30, 12]) == colour(PAPER)


def test_a_line_is_as_wide_as_asked_and_dashes_leave_gaps():
    canvas = Canvas(100, 20)
    canvas.line([(0, 10), (100, 10)], stroke=INK, width=4, dash=(20, 10))
    pixels = canvas.pixels()
    dark = (pixels == colour(INK)).all(axis=2)
    assert dark[8:12, 5].all()
    assert not dark[7, 5]
    assert not dark[12, 5]
    assert [dark[10, x] for x in (5, 18, 22, 28, 35, 48, 55)] == [True, True, False, False, True, True, False]


def test_a_polygon_is_filled():
    canvas = Canvas(40, 40)
    canvas.polygon([(5, 5), (35, 5), (5, 35)], fill=SEATS[2])
    pixels = canvas.pixels()
    assert tuple(pixels[10, 10]) == colour(SEATS[2])
    assert tuple(pixels[30, 30]) == colour(PAPER)


@pytest.mark.parametrize(("anchor", "left", "right"), [("start", 100, 150), ("middle", 75, 125), ("end", 50, 100)])
def test_text_stands_where_its_anchor_says(anchor, left, right):
    string, canvas = "HHH", Canvas(200, 60)
    width = text_width(string, 22)
    assert width == pytest.approx(3 * 0.752 * 22)
    canvas.text(100, 30, string, size=22, anchor=anchor)
    top, bottom, first, last = inked(canvas)
    assert (top + bottom + 1) / 2 == pytest.approx(30, abs=1.5)
    assert bottom - top + 1 == pytest.approx(0.73 * 22, abs=2)
    assert left <= first < left + 4
    assert right - 5 < last <= right
    (element,) = ElementTree.fromstring(canvas.svg()).iter(f"{SVG}text")
    assert (element.get("x"), element.get("text-anchor")) == ("100", anchor)


def test_long_text_keeps_within_its_width_by_shrinking_and_then_by_cutting():
    for string, cut in (("quite long", False), ("much, much longer than that, and then some", True)):
        canvas = Canvas(300, 40)
        canvas.text(10, 20, string, size=20, max_width=90)
        assert inked(canvas)[3] <= 101
        assert texts(canvas)[0].endswith("…") == cut
        assert string.startswith(texts(canvas)[0].rstrip("…"))


def test_text_is_one_line_and_escaped():
    canvas = Canvas(300, 40)
    canvas.text(10, 20, '<b title="x">a & b</b>\n\x07 end')
    assert "<b" not in canvas.svg()
    assert texts(canvas) == ['<b title="x">a & b</b> \ufffd end']
    assert canvas.pixels().shape == (40, 300, 3)


def test_an_unknown_anchor_is_refused():
    with pytest.raises(ValueError, match=r"anchor='left'.*'start'"):
        Canvas(10, 10).text(0, 0, "x", anchor="left")


def test_paragraphs_break_at_spaces_and_stop_after_the_lines_allowed():
    assert wrap("aa bb cc", 10, text_width("aa bb", 10)) == ["aa bb", "cc"]
    assert wrap("one\ntwo", 10, 1000) == ["one", "two"]
    canvas = Canvas(200, 100)
    below = canvas.paragraph(0, 10, "word " * 100, 100, size=10, lines=3)
    assert len(texts(canvas)) == 3
    assert texts(canvas)[-1].endswith("…")
    assert below == pytest.approx(10 + 3 * 13.5)


def test_a_click_finds_the_latest_target_or_none():
    canvas = Canvas(200, 100)
    canvas.target(0, 0, 100, 100, 7)
    canvas.button(50, 0, 100, 100, "over", 8)
    assert [canvas.action_at(x, 50) for x in (0, 49, 50, 99, 149, 150)] == [7, 7, 8, 8, 8, None]
    assert canvas.action_at(20, 100) is None
    assert texts(canvas) == ["over"]


def test_a_card_shows_its_label_only_when_face_up():
    canvas = Canvas(100, 140)
    canvas.card(5, 5, 90, 130, "K")
    assert texts(canvas) == ["K", "K", "K"]
    canvas = Canvas(100, 140)
    canvas.card(5, 5, 90, 130, None)
    assert texts(canvas) == []


@pytest.mark.parametrize(
    ("low", "high", "most", "names"),
    [
        (0, 1, 4, ["0", "0.25", "0.50", "0.75", "1.00"]),
        (-3, 7, 5, ["-2", "0", "2", "4", "6"]),
        (0, 5000, 5, ["0", "1,000", "2,000", "3,000", "4,000", "5,000"]),
        (0.1, 0.1004, 4, ["0.1000", "0.1001", "0.1002", "0.1003", "0.1004"]),
    ],
)
def test_ticks_are_round_numbers(low, high, most, names):
    assert tick_names(ticks(low, high, most)) == names


@pytest.mark.parametrize(
    ("low", "high", "most", "values"),
    [
        (0.5, 120, 8, [0.5, 1, 2, 5, 10, 20, 50, 100]),
        (0.5, 120, 5, [1, 3, 10, 30, 100]),
        (1e-3, 1e6, 9, [1e-3, 1e-2, 0.1, 1, 10, 100, 1e3, 1e4, 1e5, 1e6]),
        (1.0, 1.3, 3, [1.0, 1.1, 1.2, 1.3]),
    ],
)
def test_ticks_of_a_logarithmic_axis_are_round_numbers_too(low, high, most, values):
    assert 10 ** np.array(log_ticks(np.log10(low), np.log10(high), most)) == pytest.approx(values)


def test_a_logarithmic_axis_makes_equal_ratios_equally_high():
    canvas = Canvas(400, 300)
    canvas.chart(0, 0, 400, 300, {"a": [1.0, 10.0, 100.0, 0.0, -1.0]}, log_y=True)
    (line,) = re.findall(r'<polyline points="([^"]*)"[^>]*stroke="#0072b2" stroke-width="2"', canvas.svg())
    heights = [float(pair.split(",")[1]) for pair in line.split()]
    assert heights[0] - heights[1] == pytest.approx(heights[1] - heights[2], abs=0.02)
    assert {"1", "10", "100"} <= set(texts(canvas))


def test_a_chart_has_labels_legend_ticks_and_a_gap_where_numbers_are_missing():
    canvas = Canvas(400, 300)
    series = {"market <&>": [1.0, 2.0, np.nan, np.inf, 3.0, 4.0], "cash": ([0, 5], [1.0, 1.0])}
    canvas.chart(0, 0, 400, 300, series, x_label="day", y_label="wealth (start = 1)", title="A title")
    assert "nan" not in canvas.svg()
    assert "inf" not in canvas.svg()
    assert {"market <&>", "cash", "day", "wealth (start = 1)", "A title", "0", "4"} <= set(texts(canvas))
    blue = re.findall(r'<polyline points="([^"]*)"[^>]*stroke="#0072b2" stroke-width="2"', canvas.svg())
    assert [len(points.split()) for points in blue] == [2, 2]
    xs = [float(pair.split(",")[0]) for points in blue for pair in points.split()]
    assert xs[1] - xs[0] == pytest.approx((xs[3] - xs[0]) / 5, abs=0.02)
    canvas.pixels()


@pytest.mark.parametrize("values", [[], [np.nan, np.nan], [2.0], [0.0, 0.0], [1e12, -1e12], [1e-9, 2e-9]])
def test_charts_of_odd_data_are_drawn_within_their_box(values):
    canvas = Canvas(300, 500)
    canvas.chart(20, 20, 260, 220, {"a": values}, x_label="x", y_label="y")
    canvas.bars(20, 260, 260, 220, [str(index) for index in range(len(values))], {"a": values}, x_label="x")
    top, bottom, left, right = (0, 0, 0, 0) if not canvas.shapes else inked(canvas)
    assert top >= 18
    assert left >= 18
    assert bottom <= 482
    assert right <= 283
    assert ("no data yet" in texts(canvas)) == (not np.isfinite(values).any())


def test_a_chart_without_series_says_so():
    canvas = Canvas(300, 200)
    canvas.chart(0, 0, 300, 200, {})
    assert "no data yet" in texts(canvas)


def test_bars_stand_on_zero_and_are_as_high_as_their_values():
    canvas = Canvas(400, 300)
    canvas.bars(0, 0, 400, 300, ["a", "b"], {"x": [1.0, -2.0]}, y_range=(-2.0, 2.0))
    bars = [
        (float(y), float(height))
        for y, height in re.findall(
            r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)" rx="0" fill="#0072b2"', canvas.svg()
        )
    ]
    assert bars[1][1] == pytest.approx(2 * bars[0][1], abs=0.03)
    assert bars[0][0] + bars[0][1] == pytest.approx(bars[1][0], abs=0.03)


def test_a_picture_of_a_long_series_has_no_more_points_than_can_be_seen():
    canvas = Canvas(400, 300)
    canvas.chart(0, 0, 400, 300, {"a": np.arange(100_000.0)})
    assert len(canvas.svg()) < 30_000


def test_drawing_changes_no_byte_and_is_the_same_every_time():
    game, state = kuhn([0, 1])
    before = game.save(state)
    first, second = picture(game, state, 0), picture(game, state, 0)
    assert (first.pixels() == second.pixels()).all()
    assert first.svg() == second.svg()
    assert game.save(state) == before


def test_a_player_sees_its_own_card_and_a_spectator_both():
    game, state = kuhn([0])
    ranks = [("J", "Q", "K")[card] for card in state.card]
    assert [rank in texts(picture(game, state, 0)) for rank in ranks] == [True, False]
    assert [rank in texts(picture(game, state, 1)) for rank in ranks] == [False, True]
    assert [rank in texts(picture(game, state)) for rank in ranks] == [True, True]


def test_png_is_written(tmp_path):
    canvas = Canvas(30, 20)
    canvas.png(tmp_path / "drawing.png")
    assert (tmp_path / "drawing.png").read_bytes().startswith(b"\x89PNG")


def test_without_pygame_pixels_say_what_to_install_and_svg_still_works(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygame", None)
    paint.load_pygame.cache_clear()
    try:
        with pytest.raises(ImportError, match=re.escape("pip install 'agora-rl[render]'")):
            Canvas(10, 10).pixels()
        assert "<svg" in Canvas(10, 10).svg()
    finally:
        paint.load_pygame.cache_clear()
