"""Colours, and how wide text is: what every picture shares."""

from typing import Final

INK: Final = "#1f2933"  # text
MUTED: Final = "#616e7c"  # secondary text; 5.2 to 1 on white
LINE: Final = "#c3cad3"  # outlines and axes
GRID: Final = "#e4e8ed"  # lines behind a chart
PAPER: Final = "#ffffff"  # the page
PANEL: Final = "#f3f6f8"  # a group of things
FELT: Final = "#e9f1ec"  # a table that cards and pieces lie on
ACCENT: Final = "#22577a"  # buttons, backs of cards
HIGHLIGHT: Final = "#fff3c9"  # what matters now

SEATS: Final = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000", "#f0e442")
"""A colour per seat or series: Okabe and Ito's set for the colour-blind ("Color Universal Design", 2008), with those
first that are also readable as text. Take ``SEATS[seat % len(SEATS)]`` when there may be more."""

# Advance widths of DejaVu Sans in thousandths of the size, for characters 32 to 126: regular, bold. Having them here,
# text is measured alike for every medium, and no font need be opened to make an SVG.
_REGULAR = """
318 401 460 838 636 950 780 275 390 390 500 838 318 361 318 337 636 636 636 636 636 636 636 636 636 636 337 337
838 838 838 531 1000 684 686 698 770 632 575 775 752 295 295 656 557 863 748 787 603 787 695 635 611 732 684 989
685 611 685 390 337 390 838 500 500 613 635 550 635 615 352 635 634 278 278 579 278 974 634 612 635 635 411 521
392 634 592 818 592 592 525 636 337 636 838
"""
_BOLD = """
348 456 521 838 696 1002 872 306 457 457 523 838 380 415 380 365 696 696 696 696 696 696 696 696 696 696 400 400
838 838 838 580 1000 774 762 734 830 683 683 821 837 372 372 775 637 995 837 850 733 850 770 720 682 812 774
1103 771 724 725 457 365 457 838 500 500 675 716 593 716 678 435 716 712 343 343 665 343 1042 712 687 716 716
493 595 478 712 652 924 645 652 582 712 365 712 838
"""
_WIDTHS = [[int(width) for width in table.split()] for table in (_REGULAR, _BOLD)]
_OTHER = 900  # about the width of the symbols that drawings use: suits, arrows, the ellipsis


def text_width(string: str, size: float, bold: bool = False) -> float:
    """The width in pixels of ``string`` set in letters of ``size`` pixels."""
    widths = _WIDTHS[bold]
    units = sum(widths[ord(letter) - 32] if " " <= letter <= "~" else _OTHER for letter in string)
    return units * size / 1000


def fit(string: str, size: float, max_width: float, bold: bool = False) -> tuple[str, float]:
    """The text and size that keep within ``max_width`` pixels: first smaller, to 70 %, then cut with an ellipsis."""
    needed = text_width(string, size, bold)
    if needed <= max_width:
        return string, size
    smallest = 0.7 * size
    if needed * 0.7 <= max_width:
        return string, size * max_width / needed
    kept = string
    while kept and text_width(kept + "…", smallest, bold) > max_width:
        kept = kept[:-1]
    return kept.rstrip() + "…" if kept else "", smallest
