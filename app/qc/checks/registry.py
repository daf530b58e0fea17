"""Every check, in the order of the documentation."""

from app.qc.checks import exr, files, naming, pixels, sequence
from app.qc.checks.check import Check

CHECKS: dict[str, Check] = {
    check.name: check for family in (naming, files, sequence, exr, pixels) for check in family.CHECKS
}
