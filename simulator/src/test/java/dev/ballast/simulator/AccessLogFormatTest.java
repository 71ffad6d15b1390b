package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Access logs of other servers than Ballast. */
class AccessLogFormatTest {
  private static final String COMMON =
      "10.0.0.1 - - [02/Jan/2026:03:04:%02d +0100] \"GET /a\\\"b HTTP/1.1\" 200 512";
  private static final String AGENT = " \"-\" \"curl/8 \\\"x\\\" [y] \"";
  private static final long MILLI = 1_000_000;

  private static Recording read(String format, String... lines)
      throws IOException, AccessLogReader.NotUsable {
    return AccessLogReader.read(
        new StringReader(String.join("\n", lines)),
        Optional.empty(),
        AccessLogFormat.of(format),
        1);
  }

  private static String second(String line, int second) {
    return line.replace("%02d", String.format("%02d", second));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "auto | '' | common",
        "common | '' | common",
        "common | ' whatever comes' | common",
        "auto | AGENT | combined",
        "combined | AGENT | combined",
        "auto | AGENT' \"-\"' | combined",
        "auto | AGENT' 12 34' | '' "
      })
  void shouldTakeArrivalsFromLogsWithoutTimes(String format, String more, String name)
      throws Exception {
    String line = COMMON + more.replace("AGENT", AGENT).replace("'", "");
    String[] lines = {second(line, 5), second(line, 5), second(line, 7)};
    if (name.isEmpty()) {
      assertThatThrownBy(() -> read(format, lines))
          .hasMessageContaining("line 1 is of no known log format; --log-format");
      return;
    }
    Recording recording = read(format, lines);

    assertThat(recording.size()).isEqualTo(3);
    assertThat(recording.service()).isEmpty();
    assertThat(recording.groups()).isEmpty();
    assertThat(recording.report()).isEqualTo(new Recording.Report(name, 3, 0, 0, true, ""));
  }

  /** nginx says seconds, when a request is done; Apache microseconds, when it came. */
  @ParameterizedTest
  @CsvSource({"' 0.250', 250, -250", "' 250000', 250, 0"})
  void shouldFindOutHowLongRequestsTook(String time, long millis, long offsetMillis)
      throws Exception {
    Recording recording =
        read("auto", second(COMMON + AGENT + time, 5), second(COMMON + AGENT + time, 6));

    assertThat(recording.service().orElseThrow().nanos()).containsOnly(millis * MILLI);
    assertThat(recording.groups()).isEmpty();
    var format = AccessLogFormat.AUTO.forLine(second(COMMON + AGENT + time, 5)).orElseThrow();
    LogLine line = format.read(second(COMMON + AGENT + time, 5));
    assertThat(line.beganNanos(0.5) - line.nanos()).isEqualTo((500 + offsetMillis) * MILLI);
  }

  @Test
  void shouldSpreadRequestsEvenlyOverTheirSecondByTheSeed() throws Exception {
    String[] lines = new String[20_000];
    Arrays.setAll(lines, i -> second(COMMON, i / 10_000));
    Recording recording = read("auto", lines);

    long[] offsets = recording.arrivals().offsetsNanos();
    assertThat(offsets).isSorted();
    assertThat(offsets[offsets.length - 1]).isBetween(1_990 * MILLI, 2_000 * MILLI);
    for (int tenth = 1; tenth < 20; tenth++) {
      long before = tenth * 100L * MILLI;
      double share = Arrays.stream(offsets).filter(at -> at < before).count() / 20_000.0;
      assertThat(share).isCloseTo(tenth / 20.0, within(0.012));
    }
    assertThat(read("auto", lines).arrivals().offsetsNanos()).isEqualTo(offsets);
    Recording other =
        AccessLogReader.read(
            new StringReader(String.join("\n", lines)), Optional.empty(), AccessLogFormat.AUTO, 2);
    assertThat(other.arrivals().offsetsNanos()).isNotEqualTo(offsets);
  }

  @Test
  void shouldReadTemplatesOfNginx() throws Exception {
    Recording recording =
        read(
            "[$time_iso8601] ${remote_addr} \"$request\" up=$upstream_addr t=$upstream_response_time/$request_time at $msec",
            "[2026-01-02T03:04:05+01:00] ::1 \"GET / HTTP/1.1\" up=10.0.0.1:80 t=0.020/0.100 at 1000.500",
            "[2026-01-02T03:04:05+01:00] ::1 \"GET / HTTP/1.1\" up=10.0.0.1:80, 10.0.0.2:80 t=9.000, 0.030/10.050 at 1010.600",
            "[2026-01-02T03:04:05+01:00] ::1 \"GET / HTTP/1.1\" up=- t=-/0.000 at 1011.000",
            "[2026-01-02T03:04:05+01:00] ::1 \"GET / HTTP/1.1\" up=10.0.0.2:80 t=0.04/x at 1011.000");

    assertThat(recording.arrivals().offsetsNanos()).containsExactly(0, 150 * MILLI);
    assertThat(recording.service().orElseThrow().nanos()).containsExactly(20 * MILLI, 30 * MILLI);
    assertThat(recording.groups()).hasSize(2);
    assertThat(recording.report().bad()).isEqualTo(1);
    assertThat(recording.report().withoutBackend()).isEqualTo(1);
    assertThat(recording.report().isWholeSecond()).isFalse();
    assertThat(recording.report().firstBad()).isEqualTo("line 4 has no duration: \"x\"");
  }

  /** As docs/simulate.md has it, and the same between commas. */
  @ParameterizedTest
  @ValueSource(strings = {" ", ","})
  void shouldReadRequestsThatNginxTriedAgain(String between) throws Exception {
    String template =
        "[$time_local] \"$request\" $status $upstream_addr $upstream_response_time $request_time"
            .replace(" ", between);
    LineFormat format = AccessLogFormat.of(template).forLine("").orElseThrow();
    String lead = "[02/Jan/2026:03:04:05 +0100]|\"GET / HTTP/1.1\"|200|";
    for (String rest :
        List.of(
            "10.0.0.2:80|0.020|0.031",
            "10.0.0.1:80, 10.0.0.2:80|0.010, 0.020|0.031",
            "10.0.0.1:80 : 10.0.0.2:80|0.010 : 0.020|0.031",
            "10.0.0.1:80, [::1]:80 : unix:/run/a, 10.0.0.2:80|0.001, 0.010 : -, 0.020|0.031")) {
      LogLine line = format.read((lead + rest).replace("|", between));

      assertThat(line.backend()).as(rest).isEqualTo("10.0.0.2:80");
      assertThat(line.tookNanos()).as(rest).isEqualTo(20 * MILLI);
      assertThat(line.totalNanos()).as(rest).isEqualTo(31 * MILLI);
    }
    for (String bad :
        List.of("10.0.0.1:80|10.0.0.2:80|0.031", "||0.031", "a|0.1, |0.1", "|0.010|0.031")) {
      assertThatThrownBy(() -> format.read((lead + bad).replace("|", between)))
          .as(bad)
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "%h %l %u %t \\\"%r\\\" %>s %b %D | 30000",
        "%h %l %u %t \"%r\" %>s %b %{us}T | 30000",
        "%h %l %u %t \"%r\" %>s %b %{ms}T | 30",
        "%h %l %u %t \"%r\" %>s %b %^FB %T | 7 0.03"
      })
  void shouldReadTemplatesOfApache(String format, String took) throws Exception {
    Recording recording =
        read(format, second(COMMON, 5) + " " + took, second(COMMON, 6) + " " + took);

    assertThat(recording.service().orElseThrow().nanos()).containsOnly(30 * MILLI);
    assertThat(recording.report().bad()).isZero();
  }

  @Test
  void shouldReadTheLogOfHaproxy() throws Exception {
    String lead = "Jan  2 03:04:06 lb haproxy[14389]: 10.0.1.2:33317 ";
    String tail = " 200 2750 - - ---- 1/1/1/1/0 0/0 {a.test} {} \"GET /[01/Jan/2026] HTTP/1.1\"";
    Recording recording =
        read(
            "auto",
            lead + "[02/Jan/2026:03:04:05.100] http-in web/srv1 10/0/30/69/109" + tail,
            "10.0.1.2:1 [02/Jan/2026:03:04:05.350] http-in~ web/srv2 0/0/0/5/+5" + tail,
            lead + "[02/Jan/2026:03:04:05.400] http-in web/<NOSRV> 0/-1/-1/-1/0" + tail,
            lead + "[02/Jan/2026:03:04:05.400] http-in web/srv1 0/0/1/-1/30000" + tail,
            lead + "Server web/srv1 is DOWN");

    assertThat(recording.arrivals().offsetsNanos()).containsExactly(0, 250 * MILLI);
    assertThat(recording.service().orElseThrow().nanos()).containsExactly(69 * MILLI, 5 * MILLI);
    assertThat(recording.groups()).hasSize(2);
    assertThat(recording.report())
        .isEqualTo(
            new Recording.Report("haproxy", 5, 1, 2, false, "line 5 is not of HAProxy's HTTP log"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "apache",
        "$request",
        "%h %l",
        "%t%D",
        "$time_local$request_time",
        "",
        "%",
        "$",
        "$msec$msec x"
      })
  void shouldRefuseWhatIsNoFormat(String format) {
    assertThatThrownBy(() -> AccessLogFormat.of(format))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void shouldNotLetALineThatIsBadDecideTheFormat() throws Exception {
    Recording recording =
        read("auto", "{\"time\":\"2026-01-02T", second(COMMON, 5), second(COMMON, 6));

    assertThat(recording.report())
        .extracting(Recording.Report::format, Recording.Report::lines, Recording.Report::bad)
        .containsExactly("common", 3L, 1L);
    assertThat(recording.report().firstBad()).startsWith("line 1 is not JSON");
  }

  /** Of what would not fit into nanoseconds. */
  @Test
  void shouldCountTimesOutOfRangeAsBadInJsonToo() throws Exception {
    String good = "{\"time\":\"2026-01-02T03:04:05Z\",\"backend\":\"b\",\"duration\":0.1}";
    Recording recording =
        read(
            "json",
            good,
            good.replace("2026", "9999"),
            good.replace("2026", "1969"),
            good.replace("0.1", "1e12"),
            good.replace("0.1", "1e999999999"),
            good.replace("0.1", "-1"),
            good);

    assertThat(recording.size()).isEqualTo(2);
    assertThat(recording.report().bad()).isEqualTo(5);
    assertThat(recording.arrivals().offsetsNanos()).containsExactly(0, 0);
  }

  /** Whatever stands in a line, it is read, or counted as bad. */
  @Test
  void shouldCountLinesThatAreBad() throws Exception {
    Recording recording =
        read(
            "auto",
            "x y z",
            "10.0.0.1 - - [02/Jan/9999:03:04:05 +0100] \"GET / HTTP/1.1\" 200 512 100",
            second(COMMON + " 999999999999999999", 5),
            second(COMMON + " 100", 5),
            second(COMMON + " 100", 6),
            "10.0.0.1 - - [99/Jan/2026:03:04:05 +0100] \"GET / HTTP/1.1\" 200 512 100",
            "10.0.0.1 - - [02/Jan/9999:03:04:05 +0100] \"GET / HTTP/1.1\" 200 512 100",
            "10.0.0.1 - - [02/Jan/2026:03:04:05 +0100] \"GET / HTTP/1.1\" 200 512",
            "10.0.0.1 - - [02/Jan/2026:03:04:05 +0100] \"GET / HTTP/1.1\" 200 512 -5",
            "10.0.0.1 - - [02/Jan/2026:03:04:05 +0100] \"GET /",
            "[".repeat(10_000),
            "\"\\".repeat(10_000));

    assertThat(recording.size()).isEqualTo(2);
    assertThat(recording.report().bad()).isEqualTo(10);
  }
}
