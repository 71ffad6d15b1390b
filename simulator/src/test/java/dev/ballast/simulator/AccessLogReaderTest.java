package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.ballast.balancing.Extensions;
import dev.ballast.model.Algorithm;
import java.io.IOException;
import java.io.StringReader;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AccessLogReaderTest {
  private static final Instant START = Instant.parse("2026-01-02T03:04:05Z");

  @Test
  void shouldTakeArrivalsAndDurationsInTheirOrder() throws Exception {
    Recording recording =
        read(
            """
            {"time":"2026-01-02T03:04:05.500Z","pool":"web","backend":"b2","status":200,"duration":0.900000,"firstByte":0.020000}
            {"time":"2026-01-02T03:04:05.000Z","pool":"web","backend":"b1","status":200,"duration":0.010000}

            {"time":"2026-01-02T03:04:06.000Z","pool":"web","backend":"b1","duration":0.030000,"firstByte":0.030000}
            """);
    assertThat(recording.arrivals().offsetsNanos()).containsExactly(0, 500_000_000, 1_000_000_000);
    assertThat(recording.service().orElseThrow().nanos())
        .containsExactly(10_000_000, 20_000_000, 30_000_000);
    assertThat(recording.groups()).containsExactly(Workload.Group.of(1), Workload.Group.of(1));
    assertThat(recording.report()).isEqualTo(new Recording.Report("json", 3, 0, 0, false, ""));
  }

  @Test
  void shouldCountBadLinesAndNameTheFirst() throws Exception {
    Recording recording =
        read(
            """
            {"time":"2026-01-02T03:04:05.000Z","backend":"b1","duration":0.010000}
            {"time":"2026-01-02T03:04:05.000Z","backend":"b1"}
            GET / 200
            {"time":"yesterday","backend":"b1","duration":0.010000}
            {"time":"2026-01-02T03:04:05.000Z","duration":0.010000}
            {"time":"2026-01-02T03:04:05.000Z","backend":"b1","duration":-1}
            {"time":"2026-01-02T03:04:05.000Z","backend":"b1","duration":0.010000}
            """);
    assertThat(recording.size()).isEqualTo(2);
    assertThat(recording.report())
        .isEqualTo(new Recording.Report("json", 7, 4, 1, false, "line 2 has no duration"));
  }

  @Test
  void shouldTakeOnePoolOnly() throws Exception {
    String log = line("web", 0, 1) + line("api", 1, 1) + line("web", 2, 1);
    assertThat(
            AccessLogReader.read(new StringReader(log), Optional.of("web"), AccessLogFormat.AUTO, 1)
                .size())
        .isEqualTo(2);
    assertThatThrownBy(
            () ->
                AccessLogReader.read(
                    new StringReader(log), Optional.of("wep"), AccessLogFormat.AUTO, 1))
        .isInstanceOf(AccessLogReader.NotUsable.class)
        .hasMessage(
            "fewer than two of the 3 lines are of requests that a backend of pool wep got; there are pools api, web");
  }

  @Test
  void shouldRefuseALogWithoutAnyLineThatCanBeUsed() {
    assertThatThrownBy(() -> read("hello\nworld\n"))
        .isInstanceOf(AccessLogReader.NotUsable.class)
        .hasMessage(
            "none of the 2 lines can be read; line 1 is of no known log format; --log-format can say which it is");
    assertThatThrownBy(() -> read("{1}\n"))
        .hasMessageStartingWith("none of the 1 lines can be read; line 1 is not JSON");
    assertThatThrownBy(() -> read(""))
        .hasMessage("fewer than two of the 0 lines are of requests that a backend got");
  }

  private static String line(String pool, int second, double duration) {
    return String.format(
        Locale.ROOT,
        "{\"time\":\"%s\",\"pool\":\"%s\",\"backend\":\"b%d\",\"duration\":%.6f}%n",
        START.plusSeconds(second),
        pool,
        second % 3,
        duration);
  }

  /** Two backends, one of which takes twice as long, each with ten exchanges at once. */
  @Test
  void shouldEstimateSpeedsAndHowMuchIsDoneAtOnce() throws Exception {
    var log = new StringBuilder();
    for (int i = 0; i < 4_000; i++) {
      log.append(
          String.format(
              Locale.ROOT,
              "{\"time\":\"%s\",\"backend\":\"%s\",\"duration\":%s}%n",
              START.plusMillis(5L * i),
              i % 2 == 0 ? "fast" : "slow",
              i % 2 == 0 ? "0.050000" : "0.100000"));
    }
    Recording recording = read(log.toString());
    assertThat(recording.groups().get(0).speed() / recording.groups().get(1).speed())
        .isCloseTo(2, withinPercentage(1));
    assertThat(recording.groups())
        .allSatisfy(group -> assertThat(group.concurrency()).isEqualTo(10));
    assertThat(recording.service().orElseThrow().nanos())
        .as("work, as a backend of speed 1 would have had it")
        .containsOnly(recording.service().orElseThrow().nanos()[0]);
  }

  /** What is simulated under the algorithm of the log is what was logged. */
  @Test
  void shouldComeToTheSameTimesAsTheLog() throws Exception {
    var log = new StringBuilder();
    var chance = new Chance(1, 1);
    double at = 0;
    double sum = 0;
    for (int i = 0; i < 20_000; i++) {
      at += 0.002 * chance.exponential();
      double duration = 0.01 + 0.04 * chance.uniform();
      sum += duration;
      log.append(
          String.format(
              Locale.ROOT,
              "{\"time\":\"%s\",\"backend\":\"b%d\",\"duration\":%.6f}%n",
              START.plusNanos((long) (at * 1e9)),
              i % 4,
              duration));
    }
    var draft = new WorkloadDraft();
    draft.use(read(log.toString()));
    Result result =
        Simulation.run(
            draft.workload(), new Algorithm.RoundRobin(), Extensions.NONE, 1, draft.requests());
    assertThat(draft.requests()).isEqualTo(20_000);
    assertThat(result.times().mean()).isCloseTo(sum / 20, withinPercentage(2));
  }

  private static Recording read(String log) throws IOException, AccessLogReader.NotUsable {
    return AccessLogReader.read(new StringReader(log), Optional.empty(), AccessLogFormat.AUTO, 1);
  }
}
