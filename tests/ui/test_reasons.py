"""What an error says is a sentence, and its hint another."""

from app.errors import InputError
from ui.reasons import said


def test_sentences_have_one_full_stop_each() -> None:
    assert said(InputError("the drive is gone", hint="Plug it in.")) == "the drive is gone. Plug it in."
    assert said(InputError("There is no key.", hint="Make one.")) == "There is no key. Make one."
    assert said(InputError("/x/\udcff is no folder")) == "/x/\N{REPLACEMENT CHARACTER} is no folder."
