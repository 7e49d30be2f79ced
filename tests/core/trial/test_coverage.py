"""What the tests of a policy reach, and that what they do not reach is named with its line."""

from collections.abc import Callable

from socialcare.trial.results import Report

Try = Callable[..., Report]

POLICY = """
    lists: {{staff: [anna]}}
    signals:
      customer: {{none: [{{author.handle: {{in: staff}}}}]}}
    guards:
      rush: {{when: {{intent: praise}}, forbid: [dm]}}
    rules:
      first:
        when: {{all: [customer], any: [{{intent: question}}, {{topic: [returns, billing]}}]}}
        do:
          reply:
            first_of:
              - {{when: {{place: {{exists: true}}}}, say: "In {{{{ place }}}}?"}}
              - {{say: Where to go.}}
          dm: {{when: {{intent: praise}}, say: Look!}}
        tests: {tests}
      second: {{when: {{intent: praise}}, do: {{label: nice}}}}
"""


def missed(report: Report) -> list[str]:
    return [f"{point.place.line} {point.says}" for point in report.coverage.missed]


def test_what_no_test_reaches_is_named_with_its_line(attempt: Try) -> None:
    report = attempt(POLICY.format(tests="[{mention: '@AcmeCo when?', expect: {fires: true}}]"))
    assert missed(report) == [
        "6 `author.handle: {in: staff}` is never true",
        "8 guard `rush` never holds or forbids anything",
        "8 `intent: praise` is never true",
        "11 `customer` is never false",
        "11 `intent: question` is never false",
        "11 `billing` of `topic: [returns, billing]` is never met",
        "11 `returns` of `topic: [returns, billing]` is never met",
        "11 `topic: [returns, billing]` is never true",
        "15 `place: {exists: true}` is never true",
        "15 text 1 of `reply` in `first` is never said",
        "17 `intent: praise` is never true",
        "19 rule `second` never fires",
        "19 `intent: praise` is never true",
    ]
    assert report.coverage.of("rules") == (1, 2)
    assert report.coverage.of("branches") == (1, 2)
    assert report.coverage.of("guards") == (0, 1)


def test_tests_can_reach_everything(attempt: Try) -> None:
    tests = """
          - {mention: '@AcmeCo when in Ulm?', expect: {reply: {contains: Ulm}}}
          - {mention: '@AcmeCo when?', expect: {reply: {contains: Where}}}
          - {mention: {text: '@AcmeCo when?', author.handle: anna}, expect: {fires: false}}
          - {mention: {text: '@AcmeCo hm', topic: billing}, expect: {fires: true}}
          - {mention: {text: '@AcmeCo love it', topic: [returns]}, expect: {label: nice, dm: {state: forbidden}}}
          - {mention: {text: '@AcmeCo hm', topic: nothing}, expect: {fires: false}}
"""
    report = attempt(POLICY.format(tests=tests))
    assert [result.failures for result in report.results if not result.is_fine] == []
    assert missed(report) == []
    assert report.coverage.percent == 100


def test_a_rule_that_is_off_and_a_sealed_guard_need_no_test(attempt: Try) -> None:
    report = attempt("""
    rules:
      hours: {status: off, when: {intent: question}, do: {reply: We are open.}}
""")
    assert report.coverage.missed == ()
    assert report.coverage.percent == 100
