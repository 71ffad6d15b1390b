package dev.ballast.orchestrator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.detection.AccrualSettings;
import dev.ballast.detection.Detection;
import dev.ballast.detection.Outcome;
import dev.ballast.detection.Pace;
import dev.ballast.detection.ProbeSpec;
import dev.ballast.detection.Probing;
import dev.ballast.detection.Rising;
import dev.ballast.detection.Target;
import dev.ballast.detection.WatchSettings;
import dev.ballast.detection.Watched;
import dev.ballast.model.Verdict;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportingTest {
  private static final WatchSettings SETTINGS =
      new WatchSettings(
          Pace.every(Duration.ofSeconds(1)),
          new Detection.Phi(AccrualSettings.DEFAULT),
          Rising.DEFAULT);

  private static Probing.Report report(
      String id, Verdict verdict, double phi, @Nullable Outcome last) {
    return report(id, new Watched.Standing(verdict, phi, phi >= 1, false, 0, 0), last);
  }

  private static Probing.Report report(
      String id, Watched.Standing standing, @Nullable Outcome last) {
    var spec = new ProbeSpec.Tcp(null, ProbeSpec.Opening.NOTHING);
    return new Probing.Report(new Target(id, id + ".test", 80, spec, SETTINGS), standing, last);
  }

  @Test
  void shouldListWhoIsUnhealthyOrSuspectOrCannotBeAsked() {
    var suspects =
        Reporting.suspects(
            List.of(
                report("well", Verdict.HEALTHY, 0, new Outcome.Good(2_000_000)),
                report("lost", Verdict.HEALTHY, 0, failed(Outcome.Kind.NOT_ASKED, "no such name")),
                report("suspect", Verdict.HEALTHY, 2, new Outcome.Good(2_000_000)),
                report("new", Verdict.UNKNOWN, 0, null),
                report("dead", Verdict.UNHEALTHY, 9, failed(Outcome.Kind.REFUSED, "refused")),
                report("hiccup", Verdict.HEALTHY, 0, failed(Outcome.Kind.BROKEN, "reset"))));

    assertThat(suspects)
        .containsExactly(
            new OrchestratorReport.Suspect("dead", "unhealthy", 9, true, false, "", "refused"),
            new OrchestratorReport.Suspect(
                "suspect", "healthy", 2, true, false, "", "good after 2 ms"),
            new OrchestratorReport.Suspect("lost", "healthy", 0, false, false, "", "no such name"));
  }

  @Test
  void shouldSayThatAnLbServerHearsWhomTheObserverDoesNot() {
    var disputed = new Watched.Standing(Verdict.HEALTHY, 9, true, true, 0, 0);
    var last = failed(Outcome.Kind.SILENT, "timed out");
    assertThat(Reporting.suspects(List.of(report("web/b1", disputed, last))))
        .containsExactly(
            new OrchestratorReport.Suspect(
                "web/b1",
                "healthy",
                9,
                true,
                true,
                "observer disagrees: it is silent here, and an LB server has just heard it",
                "timed out"));
  }

  private static Outcome failed(Outcome.Kind kind, String reason) {
    return new Outcome.Failed(kind, reason);
  }
}
