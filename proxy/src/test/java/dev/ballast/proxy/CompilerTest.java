package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.Snapshot;
import dev.ballast.model.Verdict;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CompilerTest {
  private static final int BACKENDS = 10_000;

  private final LooseCompiler loose = LooseCompiler.of(2);
  private final Compiler compiler = loose.compiler();
  private final Instant now = Instant.parse("2026-03-01T12:00:00Z");

  @AfterEach
  void stop() {
    loose.close();
  }

  private static Configuration big() {
    var configuration =
        new Configuration()
            .httpBalancer("web", 8080, List.of("*"), Configuration.route("web"))
            .pool("web")
            .pool("small");
    for (int i = 0; i < BACKENDS; i++) {
      String id = "b%05d".formatted(i);
      configuration.backend("web", id, "10.0." + i / 250 + "." + (1 + i % 250) + ":80", 1);
      configuration.status("web", id, Verdict.HEALTHY, Instant.EPOCH);
    }
    return configuration.backend("small", "b1", "10.1.0.1:80", 1);
  }

  @Test
  void shouldShareWhatDidNotChange() {
    Configuration configuration = big();
    CompiledSnapshot before = compiler.compile(configuration.next(), now);
    CompiledSnapshot same = compiler.compile(configuration.next(), now);
    CompiledSnapshot after =
        compiler.compile(configuration.backend("web", "b00042", "10.9.9.9:80", 1).next(), now);

    assertThat(same.pools().get("web")).isSameAs(before.pools().get("web"));
    assertThat(same.port(8080)).isSameAs(before.port(8080));
    assertThat(after.pools().get("small")).isSameAs(before.pools().get("small"));
    assertThat(after.pools().get("web")).isNotSameAs(before.pools().get("web"));
    assertThat(after.pools().get("web").members().get(41))
        .isSameAs(before.pools().get("web").members().get(41));
    assertThat(after.pools().get("web").members().get(42).handle())
        .isNotSameAs(before.pools().get("web").members().get(42).handle());
  }

  @Test
  void shouldCarryAHandleOverUnlessItsAddressChanges() {
    Configuration configuration =
        new Configuration().pool("web").backend("web", "b1", "10.0.0.1:80", 1);
    BackendHandle first = handle(configuration);
    BackendHandle heavier = handle(configuration.backend("web", "b1", "10.0.0.1:80", 5));
    BackendHandle drained =
        handle(configuration.backend("web", "b1", "10.0.0.1:80", AdminState.DRAINING));
    boolean isRetiredWhileDraining = drained.isRetired();
    BackendHandle enabled =
        handle(configuration.backend("web", "b1", "10.0.0.1:80", AdminState.ENABLED));
    BackendHandle moved = handle(configuration.backend("web", "b1", "10.0.0.2:80", 1));

    assertThat(heavier).isSameAs(first);
    assertThat(drained).isSameAs(first);
    assertThat(isRetiredWhileDraining).isTrue();
    assertThat(enabled).isSameAs(first);
    assertThat(moved).isNotSameAs(first);
    assertThat(first.isRetired()).as("what is gone is retired").isTrue();
    assertThat(moved.isRetired()).isFalse();
  }

  @Test
  void shouldNotGoByAVerdictOnAnAddressThatTheBackendHasLeft() {
    Configuration configuration =
        new Configuration().pool("web").backend("web", "b1", "10.0.0.1:80", 1);
    Backend there =
        new Backend("web", "b1", BackendAddress.parse("10.0.0.1:80"), 1, "", AdminState.ENABLED);
    configuration.put(BackendStatus.first(there, Verdict.UNHEALTHY, "dead", 9, now));
    assertThat(verdict(configuration)).isEqualTo(Verdict.UNHEALTHY);

    configuration.backend("web", "b1", "10.0.0.2:80", 1);

    assertThat(verdict(configuration)).isEqualTo(Verdict.UNKNOWN);
  }

  private Verdict verdict(Configuration configuration) {
    var pools = compiler.compile(configuration.next(), now).pools();
    return pools.get("web").members().getFirst().candidate().verdict();
  }

  private BackendHandle handle(Configuration configuration) {
    return compiler
        .compile(configuration.next(), now)
        .pools()
        .get("web")
        .members()
        .getFirst()
        .handle();
  }

  @Test
  void shouldJudgeAgainWhenTimeIsDue() {
    Configuration configuration =
        new Configuration()
            .pool("web", Configuration.BRISK, Optional.of(Configuration.CHECK))
            .backend("web", "b1", "10.0.0.1:80", 1)
            .status("web", "b1", Verdict.HEALTHY, now);
    compiler.compile(configuration.next(), now);
    Snapshot withNewcomer = configuration.backend("web", "b2", "10.0.0.2:80", 1).next();

    PoolPlan early = compiler.compile(withNewcomer, now).pools().get("web");
    Instant due = compiler.nextChange().orElseThrow();
    PoolPlan justBefore = compiler.compile(withNewcomer, due.minusMillis(1)).pools().get("web");
    PoolPlan later = compiler.compile(withNewcomer, due).pools().get("web");

    assertThat(due).isEqualTo(now.plusSeconds(10));
    assertThat(early.eligibility().isEligible(1)).isFalse();
    assertThat(justBefore).isSameAs(early);
    assertThat(later.eligibility().isEligible(1)).isTrue();
    assertThat(compiler.nextChange()).as("outliers").contains(due.plusSeconds(10));
  }

  /** In time of the processor, because the machine of a test may be busy. */
  @Test
  void shouldCompileOneChangeOf10000BackendsInMilliseconds() {
    Snapshot snapshot = big().next();
    compiler.compile(snapshot, now);
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    long[] nanos = new long[200];
    for (int i = 0; i < nanos.length; i++) {
      snapshot = snapshot.apply(oneChange(snapshot, i));
      long start = threads.getCurrentThreadCpuTime();
      compiler.compile(snapshot, now);
      nanos[i] = threads.getCurrentThreadCpuTime() - start;
    }
    Arrays.sort(nanos, 100, 200);
    double median = nanos[150] / 1e6;
    System.out.printf(
        "one change of %d backends compiled in %.2f ms (median), %.2f ms (worst)%n",
        BACKENDS, median, nanos[199] / 1e6);

    assertThat(median).isLessThan(15);
  }

  private static Change oneChange(Snapshot snapshot, int i) {
    var address = BackendAddress.parse("10.200.0." + (1 + i) + ":80");
    var backend = new Backend("web", "b%05d".formatted(i * 37), address, 1, "", AdminState.ENABLED);
    var revision = snapshot.revision().withN(snapshot.revision().n() + 1);
    return new Change(
        revision, snapshot.revision(), List.of(new Item(backend, revision.n())), List.of());
  }
}
