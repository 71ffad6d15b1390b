package dev.ballast.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.ballast.model.Algorithm;
import dev.ballast.model.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkloadDraftTest {
  @Test
  void shouldHaveADefaultForEverything() {
    WorkloadDraft draft = SimulationTest.draft("");
    Workload workload = draft.workload();
    assertThat(workload.utilisation()).isCloseTo(0.8, withinPercentage(0.001));
    assertThat(workload.backends()).isEqualTo(10);
    assertThat(workload.service()).isEqualTo(new ServiceTime.Exponential(1e7));
    assertThat(draft.algorithms()).isEqualTo(Algorithm.all());
    assertThat(draft.requests()).isEqualTo(1_000_000);
  }

  @Test
  void shouldReadEverything() {
    WorkloadDraft draft =
        SimulationTest.draft(
            """
            backends:
            - {count: 4, speed: 1.5, weight: 3, concurrency: 8, zone: a}
            - {count: 2}
            service: {type: bimodal, mean: 40ms, slowShare: 0.05, factor: 50}
            arrivals: {type: bursty, factor: 4, burst: 1s, between: 4s}
            rate: 120
            lbServers: {count: 3, detection: 500ms, zones: [a, b]}
            zoneDelay: 3ms
            incidents:
            - {type: failure, backend: 2, at: 10s, lasts: 1m}
            - {type: slow-down, backend: 5, at: 1s, lasts: 2s, factor: 7.5}
            keys: {distinct: 77, zipf: 0.9}
            algorithms: [{type: round-robin}, {type: power-of-two-choices, choices: 3}]
            requests: 5000
            seed: -12
            """);
    Workload workload = draft.workload();
    assertThat(workload.groups())
        .containsExactly(new Workload.Group(4, 1.5, 3, 8, "a"), Workload.Group.of(2));
    assertThat(workload.service()).isEqualTo(new ServiceTime.Bimodal(4e7, 0.05, 50));
    assertThat(workload.arrivals())
        .isEqualTo(new Arrivals.Bursty(120, 4, Duration.ofSeconds(1), Duration.ofSeconds(4)));
    assertThat(workload.lbServers())
        .isEqualTo(new Workload.LbServers(3, Duration.ofMillis(500), List.of("a", "b")));
    assertThat(workload.zoneDelay()).isEqualTo(Duration.ofMillis(3));
    assertThat(workload.incidents())
        .containsExactly(
            new Workload.Incident(2, Duration.ofSeconds(10), Duration.ofMinutes(1), 0),
            new Workload.Incident(5, Duration.ofSeconds(1), Duration.ofSeconds(2), 7.5));
    assertThat(workload.keys()).isEqualTo(77);
    assertThat(workload.zipf()).isEqualTo(0.9);
    assertThat(draft.algorithms())
        .containsExactly(new Algorithm.RoundRobin(), new Algorithm.PowerOfTwoChoices(3));
    assertThat(draft.requests()).isEqualTo(5_000);
    assertThat(draft.seed()).isEqualTo(-12);
  }

  @Test
  void shouldLetALaterTextSayOtherwise() {
    WorkloadDraft draft = SimulationTest.draft("backends: 3\nload: 0.5\nseed: 9\n");
    draft.read("rate: 60\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
    assertThat(draft.workload().arrivals().perSecond()).isCloseTo(60, withinPercentage(0.001));
    assertThat(draft.workload().backends()).isEqualTo(3);
    assertThat(draft.seed()).isEqualTo(9);
  }

  @Test
  void shouldReadTheExampleOfTheDocumentation() throws IOException {
    String page = Files.readString(Path.of("../docs/simulate.md"));
    int start = page.indexOf("```yaml\n") + 8;
    WorkloadDraft draft = SimulationTest.draft(page.substring(start, page.indexOf("```", start)));
    assertThat(draft.workload().backends()).isEqualTo(8);
    assertThat(draft.algorithms()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bakends: 3 | line 1, bakends: unknown key \"bakends\": did you mean \"backends\"?",
        "backends: 0 | line 1, backends: backends 0 is not within 1 to 100000",
        "backends: [{speed: fast}] | line 1, backends[0].speed: \"fast\" is not a number",
        "service: gamma | line 1, service: \"gamma\" is not one of constant, exponential, log-normal, pareto, bimodal",
        "service: {type: pareto, alpha: 1} | line 1, service: alpha is above 1, and at most 10",
        "service: {mean: 3ms} | line 1, service.type: is required",
        "arrivals: {type: bursty, factor: 9} | line 1, arrivals: factor is above 1, and at most (burst + between) / burst",
        "load: 0.5\\nrate: 9 | line 2, rate: has nothing to say beside load",
        "load: 0 | line 1, load: load 0 is not within 0.000001 to 100",
        "incidents: [{type: flood}] | line 1, incidents[0].type: \"flood\" is not one of failure, slow-down",
        "algorithms: [{type: robin}] | line 1, algorithms[0].type: \"robin\" is not an algorithm",
        "seed: many | line 1, seed: \"many\" is not a whole number",
        "- 1 | line 1: must be a mapping (key: value)",
        "a: b\\n---\\nc: d | line 3: must be one document",
        "a: [ | this is not YAML",
      })
  void shouldSayWhatIsWrongAndWhere(String yaml, String problem) {
    assertThatThrownBy(() -> SimulationTest.draft(yaml.replace("\\n", "\n")))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining(problem);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{type: failure, backend: 1, at: 1s, lasts: 2s} | {type: failure, backend: 1, at: 2s} | true",
        "{type: failure, backend: 1, at: 1s, lasts: 2s} | {type: slow-down, backend: 1, at: 2s} | true",
        "{type: failure, backend: 1, at: 1s, lasts: 2s} | {type: failure, backend: 1, at: 3s} | false",
        "{type: failure, backend: 1, at: 1s, lasts: 2s} | {type: failure, backend: 2, at: 2s} | false"
      })
  void shouldHaveOneIncidentOfABackendAtATime(String one, String other, boolean doOverlap) {
    WorkloadDraft draft = SimulationTest.draft("incidents: [" + one + ", " + other + "]");
    if (doOverlap) {
      assertThatThrownBy(draft::workload)
          .hasMessage(
              "incidents[0] and incidents[1] of backend 1 overlap: a backend has one at a time");
    } else {
      assertThat(draft.workload().incidents()).hasSize(2);
    }
  }
}
