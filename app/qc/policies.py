"""The policies that are shipped, and finding one by its id or file."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from app.errors import InputError
from app.model.measuring import DEFAULTS, MeasureOptions
from app.model.names import shown
from app.qc.policy import Policy
from app.qc.policyreading import declared_variables, read_policy
from app.yamlnodes import MOST_BYTES, did_you_mean, mapping_of, plain, read_yaml


@dataclass(frozen=True, slots=True)
class ShippedPolicy:
    """A policy that comes with the program: its id, version and title, and the name of its file."""

    id: str
    version: str
    title: str
    file: str


@cache
def shipped_policies() -> tuple[ShippedPolicy, ...]:
    """Those that come with the program, by id."""
    found = []
    for file in files("resources").joinpath("policies").iterdir():
        if file.name.endswith(".yaml"):
            node = mapping_of(read_yaml(file.read_bytes(), file.name), "a policy")
            words = {key: str(plain(node.entries[key])) for key in ("id", "version", "title")}
            found.append(ShippedPolicy(words["id"], words["version"], words["title"], file.name))
    return tuple(sorted(found, key=lambda policy: policy.id))


def load_policy(name: str, variables: Mapping[str, str] | None = None, thresholds: MeasureOptions = DEFAULTS) -> Policy:
    """The policy of that id or in that file.

    Args:
        name: the id of a shipped policy, or the path of a file. What ends in `.yaml` or has a slash is a path.
        variables: values of its variables.
        thresholds: what movies and sound are measured by where a rule says nothing.

    Raises:
        BadYaml: it cannot be used.
        InputError: there is no such policy, or its file cannot be read.
        UsageError: a variable is wrong or lacks its value.
    """
    data, source = policy_bytes(name)
    return read_policy(data, source, variables, thresholds)


def policy_variables(name: str) -> dict[str, str | None]:
    """The variables of a policy with their defaults as text, as they would be given; None for one that has no default.

    Arguments and errors as `load_policy`, but that a variable may lack its value.
    """
    found = declared_variables(*policy_bytes(name))
    return {variable: None if value is None else _given_text(value) for variable, value in found.items()}


def _given_text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def policy_bytes(name: str) -> tuple[bytes, str]:
    """The bytes of a policy, and how errors name it. Arguments and errors as `load_policy`."""
    shipped = next((policy for policy in shipped_policies() if policy.id == name), None)
    if shipped is not None:
        return files("resources").joinpath("policies", shipped.file).read_bytes(), shipped.file
    path = Path(name)
    if not (path.suffix in (".yaml", ".yml") or path.parent != Path() or path.exists()):
        raise InputError(
            f"There is no policy {shown(name)}",
            hint=did_you_mean(name, [policy.id for policy in shipped_policies()]),
            code="policy.not_found",
        )
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1), shown(name)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputError(
            f"The policy {shown(name)} cannot be read: {reason}",
            hint="Name a file, or the id of a shipped policy; `reelmark check --list` lists those.",
            code="policy.unreadable",
        ) from error
