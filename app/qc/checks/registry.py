"""Every check, in the order of the documentation."""

from app.qc.checks import audio, exr, files, naming, pixels, sequence, video
from app.qc.checks.check import Check

FAMILIES = (naming, files, sequence, exr, pixels, video, audio)

CHECKS: dict[str, Check] = {check.name: check for family in FAMILIES for check in family.CHECKS}
