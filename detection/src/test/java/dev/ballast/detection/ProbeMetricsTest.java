package dev.ballast.detection;

import static org.assertj.core.api.Assertions.assertThat;

import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeMetricsTest {
  private static String shown() throws IOException {
    var counters =
        new ProbeCounters(
            100,
            90,
            Map.of(Outcome.Kind.NOT_ASKED, 3L, Outcome.Kind.WRONG, 2L),
            new Lateness.Recorder().read(),
            2_500_000_000L,
            50_000_000,
            4,
            750_000_000,
            12,
            5,
            true);
    var out = new ByteArrayOutputStream();
    PrometheusTextFormatWriter.create().write(out, new MetricSnapshots(ProbeMetrics.of(counters)));
    return out.toString(StandardCharsets.UTF_8);
  }

  @Test
  void shouldShowWhatWasCountedInSeconds() throws IOException {
    assertThat(shown())
        .contains("ballast_detection_probes_total 100.0\n")
        .contains("ballast_detection_probes_failed_total{kind=\"not-asked\"} 3.0\n")
        .contains("ballast_detection_probes_failed_total{kind=\"refused\"} 0.0\n")
        .contains("ballast_detection_lateness_seconds_total 2.5\n")
        .contains("ballast_detection_longest_lateness_seconds 0.05\n")
        .contains("ballast_detection_paused_seconds_total 0.75\n")
        .contains("ballast_detection_in_doubt 1.0\n");
  }

  @Test
  void shouldStandInTheTableOfMetrics() throws IOException {
    var rows = new ArrayList<String>();
    String help = "";
    for (String line : shown().split("\n", -1)) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        help = words[3];
      } else if (line.startsWith("# TYPE ")) {
        String labels = words[2].contains("failed") ? "`kind`" : "";
        rows.add("| `%s` | %s | %s | %s |".formatted(words[2], words[3], labels, help));
      }
    }
    assertThat(
            Files.readAllLines(Path.of("..", "docs", "metrics.md")).stream()
                .filter(line -> line.startsWith("| `ballast_detection_"))
                .toList())
        .as("the rows of docs/metrics.md:\n%s", String.join("\n", rows))
        .containsExactlyElementsOf(rows.stream().sorted().toList());
  }
}
