package dev.ballast.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ballast.balancing.Tried;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

/** What it costs to note that a backend lives, and to be asked for it. Times are printed. */
class ObservationsCostTest {
  private static final int BACKENDS = 10_000;
  private static final int FEW = 300;
  private static final int NOTES = 1_000_000;
  private static final int ROUNDS = 20;
  private static final int CALLS = 200;
  private static final long MINUTE_NANOS = 60_000_000_000L;
  private static final long BYTES_OF_OTHERS = 64L << 20;

  private static final List<String> ASKED =
      IntStream.range(0, 256).mapToObj(i -> "web/" + name(i)).toList();
  private static final String ASKING =
      "/observations?" + ASKED.stream().map(name -> "of=" + name).collect(Collectors.joining("&"));

  private static String name(int backend) {
    return "z%05d".formatted(backend);
  }

  /** All but the first have no weight, so that it gets all requests. */
  private static Configuration configuration(Proxy proxy, TestBackend first, int count) {
    Configuration configuration = Configuration.http(proxy.port(), first);
    for (int i = 0; i < count; i++) {
      configuration.backend("web", name(i), "10.0.0.1:80", 0);
    }
    return configuration;
  }

  private static long allocatedBytes() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  @Test
  void shouldCostNothingToNoteAGoodAnswer() {
    try (var loose = LooseCompiler.of(1)) {
      var configuration = new Configuration().pool("web").backend("web", "b1", "10.0.0.1:80", 1);
      PoolPlan plan =
          Objects.requireNonNull(
              loose.compiler().compile(configuration.next(), Instant.EPOCH).pools().get("web"));
      BackendHandle backend =
          plan.backend(plan.pick(loose.loops().all().getFirst(), 0, Tried.NONE, 0));
      BackendCell cell = backend.cell(loose.loops().all().getFirst());
      double nanos = Double.MAX_VALUE;
      double bytes = 0;
      for (int round = 0; round < ROUNDS; round++) {
        long before = allocatedBytes();
        long start = System.nanoTime();
        for (int i = 0; i < NOTES; i++) {
          cell.wasGood(start + i);
        }
        nanos = Math.min(nanos, (System.nanoTime() - start) / (double) NOTES);
        bytes = (allocatedBytes() - before) / (double) NOTES;
        assertThat(backend.lastGoodNanos()).isEqualTo(start + NOTES - 1);
      }
      System.out.printf("to note a good answer: %.2f ns, %.3f B allocated%n", nanos, bytes);
      assertThat(bytes).isLessThan(0.01);
    }
  }

  @Test
  void shouldCostTheSameHoweverManyBackendsThereAre() {
    try (var backend = TestBackend.named("b1");
        var proxy = Proxy.start()) {
      proxy.use(configuration(proxy, backend, FEW));
      double reportOfFew = bytesOf("report without pools, few", () -> proxy.server().report(false));
      double observedOfFew = bytesOf("observations, few", () -> proxy.server().observations(ASKED));
      proxy.use(configuration(proxy, backend, BACKENDS));
      double report = bytesOf("report without pools", () -> proxy.server().report(false));
      double observed = bytesOf("observations", () -> proxy.server().observations(ASKED));

      assertThat(report).isLessThan(reportOfFew + 512);
      assertThat(observed).isLessThan(observedOfFew + 512);
      assertThat(lengthOf(proxy, "/report?pools=false")).isLessThan(2_048);
      assertThat(lengthOf(proxy, ASKING)).isLessThan(64 + 32 * ASKED.size());
      assertThat(lengthOf(proxy, "/report")).isLessThan(350 * BACKENDS);
    }
  }

  private static int lengthOf(Proxy proxy, String path) {
    int length = proxy.admin(path).body().length();
    System.out.printf("%.20s of 10,000 backends: %d bytes%n", path, length);
    return length;
  }

  @Test
  void shouldSayInLittleThatAllHaveAnswered() {
    String pool = "p".repeat(63);
    List<String> ids = IntStream.range(0, 256).mapToObj(i -> "b".repeat(60) + (100 + i)).toList();
    try (var loose = LooseCompiler.of(1)) {
      var configuration = new Configuration().pool(pool);
      ids.forEach(id -> configuration.backend(pool, id, "10.0.0.1:80", 1));
      CompiledSnapshot inUse = loose.compiler().compile(configuration.next(), Instant.EPOCH);
      PoolPlan plan = Objects.requireNonNull(inUse.pools().get(pool));
      for (PoolMember member : plan.members()) {
        member.handle().cell(loose.loops().all().getFirst()).wasGood(0);
      }
      List<String> asked = ids.stream().map(id -> pool + "/" + id).toList();

      Observations all = Observations.of("0", inUse, asked, MINUTE_NANOS);
      Observations none = Observations.of("0", inUse, asked, MINUTE_NANOS + 1);

      assertThat(all.good()).hasSize(256).containsValue(60_000L);
      assertThat(JsonMapper.shared().writeValueAsString(all).length()).isLessThan(36_000);
      assertThat(none.good()).as("of more than a minute ago").isEmpty();
    }
  }

  private static double bytesOf(String what, Runnable call) {
    double bytes = 0;
    double nanos = Double.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long before = allocatedBytes();
      long start = System.nanoTime();
      for (int i = 0; i < CALLS; i++) {
        call.run();
      }
      nanos = Math.min(nanos, (System.nanoTime() - start) / (double) CALLS);
      bytes = (allocatedBytes() - before) / (double) CALLS;
    }
    System.out.printf("%s: %.1f us, %.0f B allocated%n", what, nanos / 1e3, bytes);
    return bytes;
  }

  @Test
  void shouldNotHoldUpRequestsWhileItIsAsked() throws InterruptedException {
    try (var backend = TestBackend.named("b1");
        var proxy = Proxy.start()) {
      proxy.use(configuration(proxy, backend, BACKENDS));
      try (var bystander = Bystander.of(proxy)) {
        for (int i = 0; i < CALLS; i++) {
          assertThat(proxy.admin(ASKING).statusCode()).isEqualTo(200);
          assertThat(proxy.admin("/report?pools=false").statusCode()).isEqualTo(200);
        }
        bystander.assertUnharmed("observations of 10,000 backends", BYTES_OF_OTHERS);
      }
      try (var bystander = Bystander.of(proxy)) {
        for (int i = 0; i < 10; i++) {
          assertThat(proxy.admin("/report").statusCode()).isEqualTo(200);
        }
        bystander.assertUnharmed("whole reports of 10,000 backends", BYTES_OF_OTHERS);
      }
    }
  }
}
