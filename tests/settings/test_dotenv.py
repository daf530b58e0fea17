"""`.env` files as people and tools write them."""

from pathlib import Path

from app.settings.dotenv import parse_dotenv, read_dotenv


def test_the_usual_forms_are_read() -> None:
    text = (
        "# comment\r\n\nPLAIN=value # note\nexport EXPORTED=yes\nSINGLE='a \\n # b' # note\n"
        'DOUBLE="line\\nbreak \\"quoted\\" C:\\\\dir"\nEMPTY=\nHASH=a#b\nSPACED = padded  \nEQUALS=a=b\n'
    )
    variables, wrong = parse_dotenv(text, ".env")
    assert wrong == ()
    assert variables == {
        "PLAIN": "value",
        "EXPORTED": "yes",
        "SINGLE": "a \\n # b",
        "DOUBLE": 'line\nbreak "quoted" C:\\dir',
        "EMPTY": "",
        "HASH": "a#b",
        "SPACED": "padded",
        "EQUALS": "a=b",
    }


def test_wrong_lines_are_named_by_number_without_their_content() -> None:
    variables, wrong = parse_dotenv("GOOD=1\nsecret without equals\nOPEN='never closed\n1BAD=x\n", "file")
    assert variables == {"GOOD": "1"}
    assert wrong == tuple(f"file: line {number} is not NAME=value" for number in (2, 3, 4))


def test_a_byte_order_mark_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"\xef\xbb\xbfA=1\nB=\xff\n")
    assert read_dotenv(tmp_path / ".env") == ({"A": "1", "B": "\udcff"}, ())
    assert read_dotenv(tmp_path / "none") == ({}, ())
    variables, wrong = read_dotenv(tmp_path)
    assert variables == {}
    assert "cannot be read" in wrong[0]
