package dev.ballast.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The figures of Hayashibara et al., drawn from measurements of our own. */
final class DetectionPlots {
  private DetectionPlots() {}

  static Map<String, String> of(List<DetectionQuality> curves, List<DetectionQuality> pauses) {
    var plots = new LinkedHashMap<String, String>();
    for (String link : curves.stream().map(DetectionQuality::link).distinct().toList()) {
      String file = link.replace(' ', '-');
      List<DetectionQuality> here = curves.stream().filter(one -> one.link().equals(link)).toList();
      List<DetectionQuality> longer =
          pauses.stream().filter(one -> one.link().equals(link)).toList();
      plots.put(file + "-mistakes.svg", mistakes(link, here, longer));
      plots.put(file + "-duration.svg", duration(link, here, longer));
    }
    plots.put(
        "rate-over-phi.svg",
        overPhi(
            curves, "Mistakes as φ varies", "an hour", true, DetectionQuality::mistakesPerHour));
    plots.put(
        "detection-over-phi.svg",
        overPhi(
            curves,
            "Detection as φ varies",
            "s, mean",
            false,
            DetectionQuality::meanDetectionSeconds));
    return plots;
  }

  private static String mistakes(
      String link, List<DetectionQuality> here, List<DetectionQuality> pauses) {
    var chart =
        SvgChart.ofLines("Mistakes: " + link, "time to detection, mean, s", "mistakes an hour")
            .logX()
            .logY();
    lines(chart, here, DetectionQuality::mistakesPerHour);
    line(chart, "ballast by its pause", pauses, DetectionQuality::mistakesPerHour);
    return chart.svg();
  }

  private static String duration(
      String link, List<DetectionQuality> here, List<DetectionQuality> pauses) {
    var chart =
        SvgChart.ofLines(
                "How long a mistake lasts: " + link, "time to detection, mean, s", "s, mean")
            .logX();
    lines(chart, here, DetectionQuality::meanMistakeSeconds);
    line(chart, "ballast by its pause", pauses, DetectionQuality::meanMistakeSeconds);
    return chart.svg();
  }

  private static void lines(
      SvgChart chart, List<DetectionQuality> here, ToDoubleFunction<DetectionQuality> value) {
    for (String name : here.stream().map(DetectionQuality::detector).distinct().toList()) {
      List<DetectionQuality> its =
          here.stream().filter(one -> one.detector().equals(name)).toList();
      line(chart, name, its, value);
    }
  }

  private static void line(
      SvgChart chart,
      String name,
      List<DetectionQuality> all,
      ToDoubleFunction<DetectionQuality> value) {
    chart.line(
        name,
        all.stream().mapToDouble(DetectionQuality::meanDetectionSeconds).toArray(),
        all.stream().mapToDouble(value).toArray());
  }

  private static String overPhi(
      List<DetectionQuality> curves,
      String title,
      String label,
      boolean isLogarithmic,
      ToDoubleFunction<DetectionQuality> value) {
    var chart = SvgChart.ofLines(title, "φ", label);
    if (isLogarithmic) {
      chart.logY();
    }
    for (String name : List.of(DetectionEvaluation.BALLAST, "φ of the paper")) {
      for (String link : curves.stream().map(DetectionQuality::link).distinct().toList()) {
        List<DetectionQuality> its =
            curves.stream()
                .filter(one -> one.detector().equals(name) && one.link().equals(link))
                .toList();
        chart.line(
            name + ", " + link,
            its.stream().mapToDouble(DetectionQuality::parameter).toArray(),
            its.stream().mapToDouble(value).toArray());
      }
    }
    return chart.svg();
  }
}
