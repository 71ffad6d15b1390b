"""How measurements are judged, and how answers of tools are read. Run by ./test."""

import unittest

import clients
import figures
import report
from clients import HEAD_BYTES_LIMIT
from figures import Figure
from stage import BODIES, SMALL_PATH

FIGURE = Figure("CPU per request", "keepalive", "saturated", "cpuMicros", "µs", 1, 1.05, 0.90)
RATE = Figure("requests per second", "keepalive", "saturated", "perSecond", "/s", is_higher_better=True)


def turn(micros, failed=0, **more):
    return {
        **{"requests": 1000, "failed": failed, "cpuMicros": micros, "perSecond": 1e6 / micros, "residentMiB": 100},
        **{"p50": 1000, "p99": 2000, "p999": 3000, "proxyCore": 1.0, "restCore": 0.6, "others": 0.01},
        **more,
    }


def row(**turns):
    return {"saturated": {name: values for name, values in turns.items()}}


def turns(*micros):
    return [turn(value) for value in micros]


class FiguresTest(unittest.TestCase):
    def test_divides_by_the_best_peer(self):
        line = figures.line_of(FIGURE, row(ballast=turns(9, 10, 11), haproxy=turns(20, 20, 20), nginx=turns(30, 30, 30)))
        self.assertEqual(("haproxy", 0.5), (line.peer, line.ratio))

    def test_calls_it_a_win_when_every_round_was_better(self):
        line = figures.line_of(FIGURE, row(ballast=turns(8, 9, 10), haproxy=turns(11, 12, 13)))
        self.assertEqual("win", line.verdict)

    def test_calls_it_a_loss_when_every_round_was_worse(self):
        line = figures.line_of(FIGURE, row(ballast=turns(14, 15, 16), haproxy=turns(11, 12, 13)))
        self.assertEqual("loss", line.verdict)

    def test_calls_it_a_tie_when_one_round_lies_among_theirs(self):
        line = figures.line_of(FIGURE, row(ballast=turns(8, 9, 11.5), haproxy=turns(11, 12, 13)))
        self.assertEqual("tie", line.verdict)

    def test_calls_more_requests_a_second_a_win(self):
        line = figures.line_of(RATE, row(ballast=turns(8, 9, 10), haproxy=turns(11, 12, 13)))
        self.assertEqual("win", line.verdict)

    def test_does_not_judge_by_one_round(self):
        line = figures.line_of(FIGURE, row(ballast=turns(1), haproxy=turns(10)))
        self.assertEqual("too few rounds", line.verdict)

    def test_leaves_out_a_peer_with_a_failed_request(self):
        failing = [turn(1), turn(1, failed=1), turn(1)]
        line = figures.line_of(FIGURE, row(ballast=turns(9, 9, 9), haproxy=failing, nginx=turns(10, 10, 10)))
        self.assertEqual("nginx", line.peer)

    def test_measures_nothing_when_a_request_of_ours_failed(self):
        line = figures.line_of(FIGURE, row(ballast=[turn(1, failed=1)] * 3, haproxy=turns(10, 10, 10)))
        self.assertEqual(("not measured", None), (line.verdict, line.ratio))

    def test_says_what_is_met(self):
        met = [figures.target(ratio, FIGURE) for ratio in (0.9, 1.05, 1.06)]
        self.assertEqual(["aim met", "met", "missed"], met)

    def test_says_what_limits_the_numbers(self):
        noisy = turn(10, proxyCore=0.8, restCore=0.99, others=0.3)
        found = [caveat for _, caveat in figures.caveats({"keepalive": row(ballast=[noisy])})]
        self.assertEqual(
            [
                "not saturated, its core was busy: ballast 80%",
                "the core of client and backends was full: ballast 99%",
                "noise: of its core others took: ballast 30%",
            ],
            found,
        )


class ClientsTest(unittest.TestCase):
    def report(self, bytes_each):
        return {"requests": 1000, "micros": 1e6, "bytes": 1000 * bytes_each, "failed": 0, "p50": 1, "p99": 2, "p999": 3}

    def test_counts_too_few_bytes_as_a_failure(self):
        self.assertEqual(1, clients.parsed(self.report(len(BODIES[SMALL_PATH]) - 1), SMALL_PATH, 1).failed)

    def test_counts_too_many_bytes_as_a_failure(self):
        too_many = len(BODIES[SMALL_PATH]) + HEAD_BYTES_LIMIT + 10
        self.assertEqual(1, clients.parsed(self.report(too_many), SMALL_PATH, 1).failed)

    def test_takes_bodies_with_heads(self):
        self.assertEqual(0, clients.parsed(self.report(len(BODIES[SMALL_PATH]) + 150), SMALL_PATH, 1).failed)


class ReportTest(unittest.TestCase):
    def test_shows_ratio_spread_verdict_and_bounds(self):
        results = {"keepalive": row(ballast=turns(8, 9, 10), haproxy=turns(18, 18, 18))}
        text = report.ratios(figures.lines(results))
        self.assertIn("| 9.0 µs | 18.0 µs | **0.50** | 0.44 … 0.56 | win | ≤ 1.05 | ≤ 0.90 | aim met |", text)


if __name__ == "__main__":
    unittest.main()
