"""What is wrong, where, and the way out: every problem of a run, told all at once."""

from socialcare.diagnostics.problems import Diagnostic, Place, Problems, Severity, style_fault
from socialcare.diagnostics.render import render_github, render_json, render_text
from socialcare.diagnostics.sarif import render_sarif
from socialcare.diagnostics.spelling import did_you_mean, suggestion

__all__ = [
    "Diagnostic",
    "Place",
    "Problems",
    "Severity",
    "did_you_mean",
    "render_github",
    "render_json",
    "render_sarif",
    "render_text",
    "style_fault",
    "suggestion",
]
