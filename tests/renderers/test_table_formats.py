"""One answer in every format, character by character."""

import json
import re
from html.parser import HTMLParser

import pytest
from support.printed import markdown_rows

import poolcalc
from poolcalc.answers import rf, shapes, sizes
from poolcalc.renderers import FORMATS, html, markdown, renderer, text
from poolcalc.renderers import csv as csv_renderer
from poolcalc.renderers import json as json_renderer
from poolcalc.renderers.answer import Answer, Cell, Column, Note, Row, Style, Table
from poolcalc.wish import Wish

TABLE = Table(
    columns=(
        Column("name", "name", left=True, nested=True, shared="first"),
        Column("window", "window", left=True, expendable=1),
        Column("params", "params", shared="sum"),
        Column("architecture", "", machine=True),
    ),
    rows=(
        Row((Cell.plain("input"), Cell(""), Cell(""), Cell.plain("net"))),
        Row((Cell.plain("stem.conv"), Cell.plain("3×3 p1"), Cell("1,234", 1234), Cell.plain("net"))),
        Row((Cell.plain("stem.1.a|b"), Cell.plain("2×2/2"), Cell("–"), Cell.plain("net")), "error"),
        Row((Cell.plain("head.2.*x*"), Cell(""), Cell("4", 4), Cell.plain("net"))),
        Row((Cell.plain("head.2.relu"), Cell(""), Cell("6", 6), Cell.plain("net")), above=1),
        Row((Cell.plain("<b>"), Cell(""), Cell("0", 0), Cell.plain("net"))),
    ),
    totals=Row((Cell.plain("total"), Cell(""), Cell("1,244", 1244), Cell(""))),
)
NOTES = (
    Note("2 * 3 & <so on>"),
    Note("1 layer folded into the row above (1 relu)", Wish.UNFOLD),
    Note("params: learned values"),
)
ANSWER = Answer("a <net>  1×8×8", lambda: [TABLE], lambda: {"params": 1244}, lambda: NOTES)
UNFOLDED = Style(fold=False)


def test_the_table_as_text() -> None:
    assert text.render([ANSWER]) == (
        "a <net>  1×8×8\n"
        "\n"
        "name     window  params\n"
        "───────────────────────\n"
        "input\n"
        "stem\n"
        "  conv   3×3 p1   1,234\n"
        "  1.a|b  2×2/2        –\n"
        "head.2\n"
        "  *x*                10\n"
        "<b>                   0\n"
        "\n"
        "total             1,244\n"
        "\n"
        "2 * 3 & <so on>\n"
        "1 layer folded into the row above (1 relu)\n"
        "params: learned values\n"
    )


def test_every_layer_has_a_row_where_nothing_is_folded() -> None:
    printed = text.render([ANSWER], UNFOLDED)
    assert "  *x*                 4\n  relu                6\n" in printed
    assert "folded" not in printed
    assert "| head.2.relu |  | 6 |\n<" in markdown.render([ANSWER], UNFOLDED).replace("| &lt;b>", "<")
    assert html.render([ANSWER], UNFOLDED).count("<tr>") == html.render([ANSWER]).count("<tr>") + 1


def test_emphasis_changes_no_character_and_marks_headings_blocks_errors_and_totals() -> None:
    coloured = text.render([ANSWER], Style(colour=True))
    assert re.sub(r"\x1b\[\d*m", "", coloured) == text.render([ANSWER])
    marked = re.findall(r"\x1b\[(\d+)m(.*?)\x1b\[0m", coloured)
    assert [(kind, line.split()[0]) for kind, line in marked] == [
        *(("1", word) for word in ("a", "name", "stem")),
        ("31", "1.a|b"),
        *(("1", word) for word in ("head.2", "total")),
    ]


def test_only_whoever_knows_the_options_says_how_to_get_what_a_note_makes_want() -> None:
    assert "(1 relu)\n" in text.render([ANSWER])
    style = Style(remedies={Wish.UNFOLD: "--no-fold shows all"})
    assert "(1 relu); --no-fold shows all\n" in text.render([ANSWER], style)


def test_signs_are_spelled_before_the_columns_are_laid_out() -> None:
    printed = text.render([ANSWER], Style(spelled=lambda text: text.replace("×", " by ").replace("─", "-")))
    assert "a <net>  1 by 8 by 8\n\nname     window     params\n-----" in printed
    assert "  conv   3 by 3 p1   1,234\n" in printed


def test_the_table_on_a_narrow_terminal() -> None:
    assert text.render([ANSWER], Style(width=15)).split("\n")[2:8] == [
        "name     params",
        "───────────────",
        "input",
        "stem",
        "  conv    1,234",
        "  1.a|b       –",
    ]
    assert "left out at 22\n  columns: window\n" in text.render([ANSWER], Style(width=22))
    assert "left out" not in text.render([ANSWER], Style(width=23))


def test_the_table_in_markdown() -> None:
    assert markdown.render([ANSWER]) == (
        "**a &lt;net>  1×8×8**\n"
        "\n"
        "| name | window | params |\n"
        "| :--- | :--- | ---: |\n"
        "| input |  |  |\n"
        "| stem.conv | 3×3 p1 | 1,234 |\n"
        "| stem.1.a\\|b | 2×2/2 | – |\n"
        "| head.2.\\*x\\* |  | 10 |\n"
        "| &lt;b> |  | 0 |\n"
        "| **total** |  | **1,244** |\n"
        "\n"
        "- 2 \\* 3 &amp; &lt;so on>\n"
        "- 1 layer folded into the row above (1 relu)\n"
        "- params: learned values\n"
    )


def test_the_table_in_csv() -> None:
    lines = ["input,,,net", "stem.conv,3×3 p1,1234,net", "stem.1.a|b,2×2/2,,net", "head.2.*x*,,4,net"]
    lines += ["head.2.relu,,6,net", "<b>,,0,net"]
    assert csv_renderer.render([ANSWER, ANSWER]).splitlines() == ["name,window,params,architecture", *lines, *lines]


def test_the_table_in_html() -> None:
    left, right = ' style="text-align: left"', ' style="text-align: right"'
    assert html.render([ANSWER]) == (
        "<table><caption>a &lt;net&gt;  1×8×8</caption>"
        f"<thead><tr><th{left}>name</th><th{left}>window</th><th{right}>params</th></tr></thead><tbody>"
        f"<tr><td{left}>input</td><td{left}></td><td{right}></td></tr>"
        f'<tr><th colspan="3"{left}>stem</th></tr>'
        f"<tr><td{left}>conv</td><td{left}>3×3 p1</td><td{right}>1,234</td></tr>"
        f'<tr><th colspan="3"{left}>stem.1</th></tr>'
        f"<tr><td{left}>a|b</td><td{left}>2×2/2</td><td{right}>–</td></tr>"
        f'<tr><th colspan="3"{left}>head.2</th></tr>'
        f"<tr><td{left}>*x*</td><td{left}></td><td{right}>10</td></tr>"
        f"<tr><td{left}>&lt;b&gt;</td><td{left}></td><td{right}>0</td></tr></tbody>"
        f"<tfoot><tr><td{left}>total</td><td{left}></td><td{right}>1,244</td></tr></tfoot></table>"
        "<p>2 * 3 &amp; &lt;so on&gt;</p><p>1 layer folded into the row above (1 relu)</p><p>params: learned values</p>"
    )


@pytest.mark.parametrize(
    "name", ["a|b", "*a*", "_a_", "`a`", "<a>", "[a](b)", "a\\", "\\|", "~~a~~", "&amp;", "$a$", "#a", "'\"a"]
)
def test_a_name_is_read_back_from_markdown_and_html_as_it_was(name: str) -> None:
    columns = TABLE.columns[:3]
    table = Table((columns[0]._replace(nested=False), *columns[1:]), (Row((Cell(name), Cell(""), Cell("1"))),))
    answer = Answer(name, lambda: [table], dict)
    (row,) = markdown_rows(markdown.render([answer]))
    assert row["name"] == name

    class Texts(HTMLParser):
        found: list[str] = []  # noqa: RUF012 - a class of one instance

        def handle_data(self, data: str) -> None:
            self.found.append(data)

    parser = Texts()
    parser.feed(html.render([answer]))
    assert [data for data in parser.found if data == name] == [name, name]


def test_json_is_one_object_for_one_answer_and_a_list_where_several_were_asked_for() -> None:
    assert json.loads(json_renderer.render([ANSWER])) == {"params": 1244}
    assert json.loads(json_renderer.render([ANSWER], Style(several=True))) == [{"params": 1244}]
    assert json.loads(json_renderer.render([ANSWER, ANSWER])) == [{"params": 1244}] * 2


def test_every_format_of_the_table_draws_several_answers() -> None:
    for form in FORMATS:
        assert renderer(form)([ANSWER, ANSWER], Style()).count("1244" if form in ("json", "csv") else "1,244") == 2 * (
            form != "csv"
        )


def test_a_page_holds_the_answers_of_several_verbs() -> None:
    report = poolcalc.analyze(poolcalc.load("vgg11"))
    page = html.render([shapes.answer(report), rf.answer(report), sizes.answer(report)])
    assert page.count("<table>") == page.count("</table>") == 3
    assert page.count("<caption>vgg11  3×224×224") == 3
    assert "--" not in page


def test_whoever_draws_cells_alone_draws_whole_names() -> None:
    """What a renderer written by a stranger does."""
    report = poolcalc.analyze(poolcalc.load("vgg11"))
    drawn = [row.cells[0].text for table in shapes.answer(report).tables() for row in table.rows]
    assert drawn == ["input", *(layer.node.name for layer in report.layers)]
