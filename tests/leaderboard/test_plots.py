"""Plots say where numbers are: what is more stands farther right or higher, and what is surer is narrower."""

import re

import pytest

from agora.leaderboard.numbers.statistics import Estimate
from agora.leaderboard.tables.fragments import table
from agora.leaderboard.tables.plots import Bar, Curve, chart, forest
from agora.leaderboard.tables.style import CSS, shade

BARS = [
    Bar("a & b", Estimate(3.0, 2.0, 3.5, 50), True, False, "a.html"),
    Bar("c", Estimate(1.0, 0.5, 1.5, 50), False, False),
    Bar("d", Estimate(2.0, None, None, 2), False, True),
    Bar("e", None, False, False),
]


def rows(text):
    return re.findall(r'<div class="(\w+)">(<span class="name".*?)</div>', text)


def test_a_forest_has_a_row_for_each_with_its_dot_and_the_ends_of_its_interval():
    text = forest(BARS, "Mean <return>", "number", [(0.0, "random")])
    assert [style for style, _ in rows(text)] == ["leads", "plain", "bound", "plain"]
    dots = [re.findall(r'<circle class="dot" cx="([\d.]+)%"', row) for _, row in rows(text)]
    spans = [re.findall(r'<line class="interval" x1="([\d.]+)%" y1="50%" x2="([\d.]+)%"', row) for _, row in rows(text)]
    first, second, third, none = ([float(each) for each in dot] for dot in dots)
    assert none == []
    assert first[0] - third[0] == pytest.approx(third[0] - second[0], abs=0.02)
    assert spans[2:] == [[], []]
    low, high = map(float, spans[0][0])
    assert (first[0] - low) / (high - first[0]) == pytest.approx(2.0, abs=0.01)
    assert 0 < float(re.search(r'class="mark" x1="([\d.]+)%"', text)[1]) < second[0]
    assert "3.00" in text
    assert "[2.00, 3.50]" in text
    assert '<a href="a.html">a &amp; b</a>' in text
    assert "Mean &lt;return&gt;" in text


def test_a_chart_draws_higher_numbers_higher_with_their_bands():
    text = chart([Curve("one", [(0, 0.0), (10, 1.0)], [(-0.5, 0.5), (0.5, 1.5)]), Curve("<b>", [(0, 2.0)])], "x", "y")
    one, two = re.findall(r'<polyline class="series series-\d" points="([^"]*)"', text)
    (left, low), (right, high) = (map(float, point.split(",")) for point in one.split())
    assert (left, right) == (0.0, 100.0)
    assert high < low
    assert float(two.split(",")[1]) < high
    band = [float(point.split(",")[1]) for point in re.search(r'<polygon[^>]*points="([^"]*)"', text)[1].split()]
    assert band[0] < low < band[3]
    assert text.count("<polygon") == 1
    assert "&lt;b&gt;" in text
    assert "<b>" not in text


def test_series_beyond_the_colours_are_dashed_and_every_class_has_a_style():
    text = chart([Curve(f"agent {index}", [(0, index), (1, index)]) for index in range(8)], "x", "y")
    used = re.findall(r'<polyline class="series (series-\d)( dashed)?"', text)
    assert len(set(used)) == 8
    assert all(f".{name} {{" in CSS for name, _ in used)


def test_axes_of_counts_are_short():
    text = chart([Curve("a", [(0, 0.0), (2_000_000, 1.0)])], "steps", "y", across_kind="count")
    assert ">1M<" in text
    assert ">500k<" in text


@pytest.mark.parametrize(
    ("share", "name"), [(0.0, "bad-10"), (0.24, "bad-5"), (0.5, "good-0"), (0.62, "good-2"), (1.0, "good-10")]
)
def test_shades_grow_with_the_distance_from_a_half(share, name):
    assert shade(share) == name
    assert f".heat .{name} {{" in CSS


def test_the_win_matrix_is_blue_where_the_row_won(tables_of):
    sections, _ = tables_of(["a", "b"])
    cells = re.findall(r'<td class="([\w-]+)">', table(sections[0].table("matrix")))
    assert cells == ["self", "good-10", "bad-10", "self"]
