"""How the benchmarks of the algorithms are reported. Run by ./test."""

import unittest

import algorithms


def entry(score, backends=10, algorithm="random", data=None, allocated=0.001, **more):
    return {
        "params": {"algorithm": algorithm, "backends": str(backends), **more.pop("params", {})},
        "primaryMetric": {"score": score, "rawData": [data or [score]]},
        "secondaryMetrics": {"gc.alloc.rate.norm": {"score": allocated}},
        **more,
    }


class AlgorithmsTest(unittest.TestCase):
    def test_shows_an_algorithm_by_backends_and_loops(self):
        one = [entry(3.21, 10), entry(120.4, 1000)]
        table = algorithms.picks({"picks-1": one, "picks-2": [entry(4, 10), entry(5, 1000)]})
        self.assertIn("| random | 3.2 | 120 | 4.0 | 5.0 | 0% | 0 | 1 | > 20 ns with 1,000 |", table)
        self.assertIn("| algorithm | 10 | 1,000 | 2 loops: 10 | 2 loops: 1,000 |", table)

    def test_judges_what_is_constant_alone(self):
        self.assertEqual("≤ 20 ns", algorithms.verdict(algorithms.CONSTANT, {10: entry(20)}))
        self.assertEqual("> 20 ns with 10", algorithms.verdict(algorithms.CONSTANT, {10: entry(20.1)}))
        self.assertEqual("", algorithms.verdict(algorithms.LINEAR, {10: entry(2000)}))

    def test_tells_bytes_of_a_pick_from_those_of_the_measurement(self):
        self.assertEqual("0", algorithms.allocated([entry(1), entry(1, allocated=0.4)]))
        self.assertEqual("24", algorithms.allocated([entry(1), entry(1, allocated=24.001)]))

    def test_shows_the_greatest_spread(self):
        self.assertEqual("60%", algorithms.spread([entry(1, data=[1, 1]), entry(10, data=[8, 12, 13, 7])]))

    def test_judges_the_building_of_the_usual_table(self):
        def table(micros, name="maglev 65537"):
            both = [("ofAlike", micros - 100), ("byWeight", micros)]
            return algorithms.tables([entry(score, params={"table": name}, benchmark=f"a.b.{way}") for way, score in both])

        self.assertIn("| maglev 65537 | 1.90 ms | 2.00 ms | 0% | ≤ 2 ms |", table(2000))
        self.assertIn("> 2 ms |", table(2001))
        self.assertNotIn("2 ms |", table(9000, "ring-hash 160").splitlines()[-1])


if __name__ == "__main__":
    unittest.main()
