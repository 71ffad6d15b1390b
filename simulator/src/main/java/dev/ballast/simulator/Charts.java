package dev.ballast.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What results look like. */
public final class Charts {
  private Charts() {}

  /** Pictures in SVG by the names of their files. */
  public static Map<String, String> of(List<Result> results) {
    var charts = new LinkedHashMap<String, String>();
    charts.put("response-times.svg", responseTimes(results));
    charts.put(
        "p99-over-time.svg",
        overTime(results, "99th percentile over time", "ms", true, Result.Course::p99Millis));
    charts.put(
        "imbalance-over-time.svg",
        overTime(
            results,
            "Imbalance over time",
            "busiest backend / mean",
            false,
            Result.Course::imbalance));
    charts.put(
        "queue-over-time.svg",
        overTime(
            results, "Lines over time", "waiting at a backend, mean", false, Result.Course::queue));
    charts.put(
        "errors-over-time.svg",
        overTime(
            results,
            "Errors over time",
            "failed requests in a window",
            false,
            Result.Course::errors));
    return charts;
  }

  private static String responseTimes(List<Result> results) {
    SvgChart chart =
        SvgChart.ofBars(
                "Response times by algorithm", "ms", results.stream().map(Result::name).toList())
            .logY();
    chart.bars("p50", values(results, Result.Times::p50));
    chart.bars("p90", values(results, Result.Times::p90));
    chart.bars("p99", values(results, Result.Times::p99));
    chart.bars("p99.9", values(results, Result.Times::p999));
    return chart.svg();
  }

  private static double[] values(List<Result> results, Function<Result.Times, Double> value) {
    return results.stream().mapToDouble(result -> value.apply(result.times())).toArray();
  }

  private static String overTime(
      List<Result> results,
      String title,
      String label,
      boolean isLogarithmic,
      Function<Result.Course, double[]> value) {
    SvgChart chart = SvgChart.ofLines(title, "s", label);
    if (isLogarithmic) {
      chart.logY();
    }
    for (Result result : results) {
      chart.line(result.name(), result.course().seconds(), value.apply(result.course()));
    }
    return chart.svg();
  }
}
