package dev.ballast.simulator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** The figures of Hayashibara et al., drawn from measurements of our own. */
final class DetectionPlots {
  private DetectionPlots() {}

  static Map<String, String> of(List<DetectionQuality> curves) {
    var plots = new LinkedHashMap<String, String>();
    for (String link : curves.stream().map(DetectionQuality::link).distinct().toList()) {
      String file = link.replace(' ', '-');
      List<DetectionQuality> here = curves.stream().filter(one -> one.link().equals(link)).toList();
      plots.put(file + "-mistakes.svg", mistakes(link, here));
      plots.put(file + "-duration.svg", duration(link, here));
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

  private static String mistakes(String link, List<DetectionQuality> here) {
    var chart =
        SvgChart.ofLines("Mistakes: " + link, "time to detection, mean, s", "mistakes an hour")
            .logY();
    lines(chart, here, DetectionQuality::mistakesPerHour);
    return chart.svg();
  }

  private static String duration(String link, List<DetectionQuality> here) {
    var chart =
        SvgChart.ofLines(
            "How long a mistake lasts: " + link, "time to detection, mean, s", "s, mean");
    lines(chart, here, DetectionQuality::meanMistakeSeconds);
    return chart.svg();
  }

  private static void lines(
      SvgChart chart, List<DetectionQuality> here, ToDoubleFunction<DetectionQuality> value) {
    for (String name : here.stream().map(DetectionQuality::detector).distinct().toList()) {
      List<DetectionQuality> its =
          here.stream().filter(one -> one.detector().equals(name)).toList();
      chart.line(
          name,
          its.stream().mapToDouble(DetectionQuality::meanDetectionSeconds).toArray(),
          its.stream().mapToDouble(value).toArray());
    }
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
