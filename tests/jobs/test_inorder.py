"""Answers come back in the order of what was asked, whoever is quicker."""

from collections.abc import Iterator

from app.jobs.inorder import in_order


def test_answers_wait_for_those_before_them_and_no_longer() -> None:
    given: list[str] = []

    def answers() -> Iterator[tuple[str, int]]:
        for key, answer in (("b", 2), ("a", 1), ("c", 3), ("e", 5), ("d", 4)):
            given.append(key)
            yield key, answer

    seen = [(key, answer, "".join(given)) for key, answer in in_order(answers(), "abcde")]

    assert seen == [("a", 1, "ba"), ("b", 2, "ba"), ("c", 3, "bac"), ("d", 4, "baced"), ("e", 5, "baced")]
