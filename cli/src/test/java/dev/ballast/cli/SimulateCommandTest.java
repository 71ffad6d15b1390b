package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class SimulateCommandTest {
  @TempDir Path directory;
  private TestShell shell;

  @BeforeEach
  void open() {
    shell = new TestShell(directory);
  }

  @Test
  void shouldCompareAlgorithmsAndRecommendOne() {
    assertThat(
            shell.run(
                "simulate",
                "--requests=50000",
                "--service={type: bimodal, mean: 20ms}",
                "--algorithm=round-robin",
                "--algorithm",
                "{type: power-of-two-choices, choices: 3}",
                "--algorithm=least-connections"))
        .isZero();
    assertThat(shell.out())
        .startsWith(
            "50000 requests to each algorithm, poisson at 400.0/s, bimodal service of 20.0ms; 10 backends; 1 LB server; 80 % busy; seed 1\n\nALGORITHM")
        .contains("\nround-robin ", "\npower-of-two-choices choices 3 ", "\nleast-connections ")
        .contains("\nrecommended: least-connections: the lowest p99, ");
    assertThat(shell.err()).matches("simulated 150000 requests in [0-9.]+ s, [0-9.]+ M/s\n");
  }

  @Test
  void shouldPrintTheSameEachTimeAndOtherwiseWithAnotherSeed() {
    String[] command = {"simulate", "--requests=20000", "--seed=5"};
    var other = new TestShell(directory);
    assertThat(shell.run(command)).isZero();
    assertThat(other.run(command)).isZero();
    assertThat(shell.out()).isEqualTo(other.out());
    var another = new TestShell(directory);
    assertThat(another.run("simulate", "--requests=20000", "--seed=6")).isZero();
    assertThat(another.out()).isNotEqualTo(shell.out());
  }

  @Test
  void shouldPutOptionsBeforeTheFile() throws IOException {
    Files.writeString(
        directory.resolve("w.yaml"),
        """
        backends: [{count: 2, zone: a}, {count: 2, zone: b}]
        lbServers: {count: 2, zones: [a, b]}
        algorithms: [{type: random}]
        load: 0.5
        requests: 20000
        """);
    assertThat(shell.run("simulate", "--workload", "w.yaml", "--load", "0.25", "-o", "json"))
        .isZero();
    JsonNode json = Json.read(shell.out());
    assertThat(json.path("utilisation").asDouble()).isEqualTo(0.25);
    assertThat(json.path("results").size()).isEqualTo(1);
    assertThat(json.path("results").path(0).path("algorithm").asString()).isEqualTo("random");
    assertThat(json.path("results").path(0).path("millis").path("p99").asDouble()).isPositive();
    assertThat(json.path("results").path(0).path("otherZone").asDouble()).isBetween(0.45, 0.55);
    assertThat(json.path("recommendation").path("algorithm").asString()).isEqualTo("random");
  }

  @Test
  void shouldWriteCharts() throws IOException {
    assertThat(
            shell.run(
                "simulate",
                "--requests=20000",
                "--incident={type: failure, backend: 0, at: 5s, lasts: 5s}",
                "--plot=charts"))
        .isZero();
    assertThat(shell.err()).contains("charts are in ./charts");
    try (var files = Files.list(directory.resolve("charts"))) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrder(
              "response-times.svg",
              "p99-over-time.svg",
              "imbalance-over-time.svg",
              "queue-over-time.svg",
              "errors-over-time.svg");
    }
    assertThat(Files.readString(directory.resolve("charts/errors-over-time.svg")))
        .startsWith("<svg ")
        .contains("least-connections");
  }

  @Test
  void shouldAnswerWhatAnotherAlgorithmWouldMakeOfAnAccessLog() throws IOException {
    var log = new StringBuilder();
    for (int i = 0; i < 5_000; i++) {
      log.append(
          String.format(
              Locale.ROOT,
              "{\"time\":\"%s\",\"pool\":\"web\",\"backend\":\"b%d\",\"status\":200,\"duration\":%.6f}%n",
              Instant.parse("2026-01-02T03:04:05Z").plusMillis(10L * i),
              i % 3,
              i % 10 == 0 ? 0.2 : 0.01));
    }
    Files.writeString(directory.resolve("access.log"), log + "cut o\n");
    assertThat(shell.run("simulate", "--from-access-log=access.log", "--pool=web")).isZero();
    assertThat(shell.out())
        .startsWith(
            "access log (json): 5000 of 5001 lines used, 1 unreadable (line 5001 is not JSON: Unrecognized token 'cut'")
        .contains(
            "5000 requests to each algorithm, recorded at 100.0/s, recorded service of 29.0ms; 3 backends")
        .contains("recommended: ");
  }

  @Test
  void shouldReadAWorkloadOnceSoThatItMayBeAPipe() throws Exception {
    combinedLog("");
    Path pipe = directory.resolve("workload");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                Files.writeString(
                    pipe,
                    "{\"service\": {\"type\": \"exponential\", \"mean\": \"20ms\"}, \"backends\": [{\"count\": 4}]}");
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    assertThat(
            shell.run(
                "simulate",
                "--workload=workload",
                "--from-access-log=access.log",
                "--algorithm=random"))
        .as(shell.err())
        .isZero();
    assertThat(shell.out()).contains("exponential service of 20.0ms; 4 backends");
  }

  @Test
  void shouldRefuseAnAccessLogThatSaysNothing() throws IOException {
    Files.writeString(directory.resolve("access.log"), "GET /\n");
    assertThat(shell.run("simulate", "--from-access-log=access.log")).isEqualTo(1);
    assertThat(shell.err())
        .startsWith(
            "ballast: access.log: none of the 1 lines can be read; line 1 is of no known log format; --log-format");
    assertThat(shell.run("simulate", "--from-access-log=none.log")).isEqualTo(1);
    assertThat(shell.err()).contains("ballast: none.log: there is no such file");
  }

  private void combinedLog(String more) throws IOException {
    var log = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      log.append(
          String.format(
              Locale.ROOT,
              "192.0.2.%d - - [02/Jan/2026:03:04:%02d +0000] \"GET /%d HTTP/1.1\" 200 512 \"-\" \"curl\"%s%n",
              i % 250,
              i / 100,
              i,
              more));
    }
    Files.writeString(directory.resolve("access.log"), log);
  }

  private TestShell simulate(int exitCode, String... options) {
    var fresh = new TestShell(directory);
    String[] command =
        Stream.concat(
                Stream.of("simulate", "--from-access-log=access.log", "--algorithm=random"),
                Stream.of(options))
            .toArray(String[]::new);
    assertThat(fresh.run(command)).as(fresh.err()).isEqualTo(exitCode);
    return fresh;
  }

  @Test
  void shouldAskForWhatAnAccessLogDoesNotSay() throws IOException {
    combinedLog("");
    assertThat(simulate(2).err())
        .startsWith(
            "ballast: the access log does not say how long backends took: say it with --service, for example");
    assertThat(simulate(2, "--service=log-normal").err())
        .startsWith(
            "ballast: the access log does not say which backend got a request and how long it took: say with --backends");
    String[] whole = {"--service={type: exponential, mean: 20ms}", "--backends=4"};
    String out = simulate(0, whole).out();
    assertThat(out)
        .startsWith(
            "access log (combined): 3000 of 3000 lines used; its times are whole seconds, over which requests are spread by chance\n3000 requests to each algorithm, recorded at 1")
        .contains("exponential service of 20.0ms; 4 backends");
    assertThat(simulate(0, whole).out()).isEqualTo(out);
    assertThat(simulate(0, whole[0], whole[1], "--seed=2").out()).isNotEqualTo(out);
  }

  @Test
  void shouldFindOutOrBeToldHowLongRequestsTook() throws IOException {
    combinedLog(" 0.020");
    assertThat(simulate(0, "--backends=4").out())
        .startsWith("access log (combined, then seconds ($request_time)): 3000 of 3000 lines used")
        .contains("recorded service of 20.0ms; 4 backends");
    combinedLog(" 20000");
    assertThat(simulate(0, "--backends=4").out())
        .startsWith("access log (combined, then microseconds (%D)): 3000 of 3000 lines used")
        .contains("recorded service of 20.0ms");
    combinedLog(" b1 20");
    assertThat(
            simulate(
                    0,
                    "--backends=4",
                    "--log-format=%h %l %u %t \"%r\" %>s %b \"%{Referer}i\" \"%{User-agent}i\" %v %{ms}T")
                .out())
        .contains("recorded service of 20.0ms");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--service=gamma | --service: service: \"gamma\" is not one of constant, exponential, log-normal, pareto, bimodal",
        "--service={type: pareto, alfa: 3} | --service: service.alfa: unknown key \"alfa\": did you mean \"alpha\"?",
        "--algorithm=round-robbin | --algorithm: algorithms[0].type: \"round-robbin\" is not an algorithm: did you mean \"round-robin\"?",
        "--backends=none | --backends: backends[0].count: \"none\" is not a whole number",
        "--load=-1 | --load: load: load -1 is not within 0.000001 to 100",
        "--requests=10 | --requests: requests: requests 10 is not within 1000 to 1000000000",
        "--incident={type: failure, backend: 10} | incidents[0].backend: there is no backend 10; the 10 backends are numbered from 0",
        "--pool=web | --pool is one of an access log: --from-access-log says which",
        "--log-format=json | --log-format is one of an access log: --from-access-log says which",
      })
  void shouldSayWhichOptionIsWrong(String option, String message) {
    assertThat(shell.run("simulate", option)).isEqualTo(2);
    assertThat(shell.err()).isEqualTo("ballast: " + message + "\n");
  }

  @Test
  void shouldSayWhereAFileIsWrong() throws IOException {
    Files.writeString(directory.resolve("w.yaml"), "load: 0.5\nservise: constant\n");
    assertThat(shell.run("simulate", "--workload=w.yaml")).isEqualTo(1);
    assertThat(shell.err())
        .isEqualTo(
            """
            w.yaml: line 2, servise: unknown key "servise": did you mean "service"?
            ballast: w.yaml is not a workload
            """);
  }
}
