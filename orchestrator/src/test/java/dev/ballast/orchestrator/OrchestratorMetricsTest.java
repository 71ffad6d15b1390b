package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.Lateness;
import dev.ballast.detection.Outcome;
import dev.ballast.detection.ProbeCounters;
import dev.ballast.locks.GroupCounters;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class OrchestratorMetricsTest {
  private static final Path PAGE = Path.of("..", "docs", "metrics.md");
  private static final Pattern LABEL = Pattern.compile("^(ballast_\\w+)\\{(\\w+)=");

  private static final OrchestratorReport REPORT =
      new OrchestratorReport(
          "o1",
          "00000000.7",
          new OrchestratorReport.Sync(true, "http://c"),
          85,
          1_000,
          "",
          new GroupCounters(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 3, 12),
          new OrchestratorReport.Probes(0, 0, Map.of(), 0, 0, 0, 0, 0, false),
          new WriteCounters(10, 100, 3, 2, 1, 4, ""),
          50,
          5);

  private static final ProbeCounters PROBES =
      new ProbeCounters(
          100,
          90,
          Map.of(Outcome.Kind.REFUSED, 4L, Outcome.Kind.NOT_ASKED, 6L),
          Lateness.NONE,
          Duration.ofMillis(1_500).toNanos(),
          0,
          2,
          Duration.ofSeconds(3).toNanos(),
          1_000,
          5,
          true);

  private final String text = text();

  private static String text() {
    try {
      return new OrchestratorMetrics(new Fixed()).text();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private record Fixed() implements OrchestratorMetrics.Source {
    @Override
    public OrchestratorReport report() {
      return REPORT;
    }

    @Override
    public ProbeCounters probes() {
      return PROBES;
    }
  }

  @Test
  void shouldShowWhatWasReported() {
    assertThat(text)
        .contains(
            "ballast_orchestrator_shares 85.0",
            "ballast_orchestrator_members 3.0",
            "ballast_detection_probes_failed_total{kind=\"refused\"} 4.0",
            "ballast_detection_probes_failed_total{kind=\"not-asked\"} 6.0",
            "ballast_detection_lateness_seconds_total 1.5",
            "ballast_detection_in_doubt 1.0",
            "ballast_orchestrator_statuses_total{outcome=\"written\"} 95.0",
            "ballast_orchestrator_statuses_total{outcome=\"stale\"} 3.0");
  }

  @Test
  void shouldDescribeEveryMetricAndNoOther() throws IOException {
    String expected = rows();
    assertThat(
            Files.readAllLines(PAGE).stream()
                .filter(line -> line.startsWith("| `ballast_orchestrator_"))
                .collect(Collectors.joining("\n")))
        .as("the rows of docs/metrics.md:\n%s", expected)
        .isEqualTo(expected);
  }

  private String rows() {
    var types = new TreeMap<String, String>();
    var helps = new TreeMap<String, String>();
    var labels = new TreeMap<String, String>();
    for (String line : text.split("\n", -1)) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# TYPE ")) {
        types.put(words[2], words[3]);
      } else if (line.startsWith("# HELP ")) {
        helps.put(words[2], words[3]);
      }
      var label = LABEL.matcher(line);
      if (label.find()) {
        labels.put(label.group(1), "`" + label.group(2) + "`");
      }
    }
    return types.keySet().stream()
        .filter(name -> name.startsWith("ballast_orchestrator_"))
        .map(
            name ->
                "| `%s` | %s | %s | %s |"
                    .formatted(
                        name,
                        types.get(name),
                        labels.getOrDefault(name, ""),
                        helps.get(name).replaceFirst("\\.$", "")))
        .collect(Collectors.joining("\n"));
  }
}
