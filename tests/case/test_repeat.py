"""Rows of boxes: one table becomes many, each a step further, with the keys that differ."""

import pytest
from small_case import SMALL, changed

from thermo.case import load
from thermo.errors import CaseError

ROW = """
[[obstacle]]
name = "post"
from = ["0.2 m", 0, "2.5 m"]
to = ["300 mm", 0.1, "3 m"]
[obstacle.repeat]
count = 3
step = ["25 cm", 0.1, 0]
"""


def case_of(tmp_path, text, overrides=()):
    file = tmp_path / "row.toml"
    file.write_text(text)
    return load(file, overrides)


def test_a_row_is_written_out(tmp_path):
    posts = [box for box in case_of(tmp_path, SMALL + ROW).obstacle if box.name.startswith("post")]
    assert [post.name for post in posts] == ["post1", "post2", "post3"]
    assert posts[2].lo == pytest.approx((0.7, 0.2, 2.5))
    assert posts[2].hi == pytest.approx((0.8, 0.3, 3.0))


def test_what_differs_is_listed_and_one_box_can_be_set(tmp_path):
    text = SMALL + ROW + '[obstacle.repeat.each]\ntemperature = ["20 degC", "30 degC", "40 degC"]\n'
    posts = case_of(tmp_path, text, [("obstacle.post1.temperature=50 degC")]).obstacle
    assert [post.temperature for post in posts if post.name.startswith("post")] == [323.15, 303.15, 313.15]


def test_the_resolved_text_gives_the_case_again(tmp_path):
    case = case_of(tmp_path, SMALL + ROW)
    assert case_of(tmp_path, case.source_text).obstacle == case.obstacle


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("count = 3", "count = 0", "obstacle.post.repeat.count: 0 must be greater than or equal to 1"),
        ("count = 3", "", "obstacle.post.repeat.count: is missing"),
        ("count = 3", "cuont = 3", "obstacle.post.repeat.cuont: unknown key"),
        ('step = ["25 cm", 0.1, 0]', 'step = "25 cm"', "obstacle.post.repeat.step"),
        ("count = 3", "count = 3\neach = { power = [1] }", "obstacle.post.repeat.each.power: needs 3 values"),
        ("count = 3", "count = 3\neach = { name = [1, 2, 3] }", "obstacle.post.repeat.each.name: cannot differ"),
        ("count = 3", "count = 100000", "obstacle.post.repeat.count"),
        ('from = ["0.2 m", 0, "2.5 m"]', 'from = ["0.2 s", 0, 1]', "obstacle.post.from"),
    ],
)
def test_a_bad_row_is_refused(old, new, said, tmp_path):
    with pytest.raises(CaseError) as refused:
        case_of(tmp_path, changed(old, new, SMALL + ROW))
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
