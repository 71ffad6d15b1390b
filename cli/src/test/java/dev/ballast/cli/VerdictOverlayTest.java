package dev.ballast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.PastVerdict;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Verdicts over what a file says, and what becomes of them when the file changes. */
class VerdictOverlayTest {
  private static final String SITE =
      """
      kind: LoadBalancer
      name: web
      domain: web.test
      listeners:
      - {name: http, port: 8080, protocol: http}
      routes:
      - {pool: web}
      ---
      kind: Pool
      name: web
      healthCheck: {type: http}
      backends:
      - {name: b1, address: "10.0.0.1:80"}
      - {name: b2, address: "10.0.0.2:80"}
      """;

  @TempDir Path directory;
  private final StaticConfiguration configuration =
      new StaticConfiguration("default", "1234567890abcdef", InstantSource.system());

  private Snapshot site(String text) throws Exception {
    Files.writeString(directory.resolve("web.yaml"), text);
    return configuration
        .load(DocumentInput.read(new TestShell(directory).shell(), "web.yaml"))
        .snapshot();
  }

  private static BackendStatus found(String backend, String server, Verdict verdict) {
    return BackendStatus.first(
        new Backend("web", backend, BackendAddress.parse(server), 1, "", AdminState.ENABLED),
        verdict,
        "as found",
        0,
        Instant.EPOCH);
  }

  private static final BackendStatus DEAD = found("b1", "10.0.0.1:80", Verdict.UNHEALTHY);

  private static Verdict verdict(Snapshot snapshot, String backend) {
    return snapshot.statusOf("web", backend).map(BackendStatus::verdict).orElse(Verdict.UNKNOWN);
  }

  @Test
  void shouldLayVerdictsAsItemsOfTheNextRevision() throws Exception {
    var overlay = new VerdictOverlay(site(SITE));
    assertThat(overlay.current().revision()).hasToString("90abcdef.1");

    var both = List.of(DEAD, found("b2", "10.0.0.2:80", Verdict.HEALTHY));
    Snapshot next = overlay.with(both).orElseThrow();

    assertThat(next.revision()).hasToString("90abcdef.2");
    assertThat(verdict(next, "b1")).isEqualTo(Verdict.UNHEALTHY);
    assertThat(verdict(next, "b2")).isEqualTo(Verdict.HEALTHY);
    assertThat(next).isEqualTo(overlay.current());
    assertThat(next.items()).containsAllEntriesOf(site(SITE).items());
  }

  @Test
  void shouldKeepAVerdictWhileItsBackendStaysWhereItIs() throws Exception {
    var overlay = new VerdictOverlay(site(SITE));
    Snapshot before = overlay.with(List.of(DEAD)).orElseThrow();

    Snapshot after = overlay.over(site(SITE.replace("10.0.0.2", "10.0.0.3")));

    assertThat(after.revision()).hasToString("90abcdef.3");
    var key = new ItemKey(Kind.BACKEND_STATUS, "web/b1");
    assertThat(after.find(key).orElseThrow()).isSameAs(before.find(key).orElseThrow());
    assertThat(overlay.with(List.of(found("b2", "10.0.0.3:80", Verdict.HEALTHY))))
        .hasValueSatisfying(it -> assertThat(verdict(it, "b1")).isEqualTo(Verdict.UNHEALTHY));
  }

  @Test
  void shouldForgetAVerdictWithItsAddressItsBackendOrItsHealthCheck() throws Exception {
    for (String change :
        List.of(
            SITE.replace("10.0.0.1:80", "10.0.0.1:81"),
            SITE.replace("name: b1", "name: b3"),
            SITE.replace("healthCheck: {type: http}\n", ""))) {
      var overlay = new VerdictOverlay(site(SITE));
      assertThat(overlay.with(List.of(DEAD))).isPresent();
      assertThat(verdict(overlay.over(site(change)), "b1")).as(change).isEqualTo(Verdict.UNKNOWN);
      assertThat(overlay.with(List.of(DEAD))).as("a verdict that comes late").isEmpty();
      assertThat(verdict(overlay.over(site(SITE)), "b1")).isEqualTo(Verdict.UNKNOWN);
    }
  }

  @Test
  void shouldLetTheLastVerdictCount() throws Exception {
    var overlay = new VerdictOverlay(site(SITE));
    Snapshot first = overlay.with(List.of(DEAD)).orElseThrow();
    Snapshot second =
        overlay.with(List.of(found("b1", "10.0.0.1:80", Verdict.HEALTHY))).orElseThrow();
    assertThat(verdict(second, "b1")).isEqualTo(Verdict.HEALTHY);
    assertThat(second.statusOf("web", "b1").orElseThrow().history())
        .containsExactly(new PastVerdict(Verdict.UNHEALTHY, "as found", Instant.EPOCH));
    assertThat(verdict(first, "b1")).as("a snapshot does not change").isEqualTo(Verdict.UNHEALTHY);
  }
}
