package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Revision;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * People who write at the same time through several controllers: backends, pools and load balancers come, change, move into
 * reach and go, at random by a seed. Some of it is rightly refused.
 */
final class Writers implements AutoCloseable {
  private static final int WRITERS = 8;
  private static final int WRITES_EACH = 50;
  private static final Set<Integer> RIGHTLY_REFUSED = Set.of(404, 409, 422);

  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<Future<?>> running = new ArrayList<>();
  private final Set<Long> committed = new ConcurrentSkipListSet<>();
  private final AtomicInteger answered = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger unavailable = new AtomicInteger();

  private Writers() {}

  /** Begins to write, each writer through one of the controllers. */
  static Writers start(List<Api> controllers, long seed) {
    System.out.println("seed " + seed);
    var writers = new Writers();
    for (int i = 0; i < WRITERS; i++) {
      var random = new Random(seed + i);
      Api api = controllers.get(i % controllers.size());
      writers.running.add(writers.threads.submit(() -> writers.write(api, random)));
    }
    return writers;
  }

  /** N of every change that was answered with 200. */
  Set<Long> committed() {
    return committed;
  }

  int answered() {
    return answered.get();
  }

  int refused() {
    return refused.get();
  }

  /** How many were told, or had to find out, that the database was not there. */
  int unavailable() {
    return unavailable.get();
  }

  void awaitEnd() throws InterruptedException, ExecutionException {
    for (var writer : running) {
      writer.get();
    }
  }

  private void write(Api api, Random random) {
    for (int i = 0; i < WRITES_EACH; i++) {
      try {
        take(write(api, random, "p" + random.nextInt(4), "b" + random.nextInt(10)));
      } catch (UncheckedIOException _) {
        unavailable.incrementAndGet();
      }
    }
  }

  private void take(Api.Reply reply) {
    answered.incrementAndGet();
    if (reply.status() == 200) {
      Revision revision = reply.revision();
      if (reply.json().path("changed").asBoolean()) {
        assertThat(committed.add(revision.n())).as(revision + " is one transaction's").isTrue();
      }
    } else if (reply.status() == 503) {
      unavailable.incrementAndGet();
    } else {
      assertThat(RIGHTLY_REFUSED).as(reply.text()).contains(reply.status());
      refused.incrementAndGet();
    }
  }

  private static Api.Reply write(Api api, Random random, String pool, String backend) {
    return switch (random.nextInt(6)) {
      case 0 -> api.apply("kind: Pool\nname: " + pool + "\n");
      case 1 -> api.delete("/v1/pools/" + pool);
      case 2 -> api.delete("/v1/pools/" + pool + "/backends/" + backend);
      case 3 -> api.apply(loadBalancer("lb" + random.nextInt(3), pool));
      default -> api.apply(backend(pool, backend, random.nextInt(100)));
    };
  }

  private static String loadBalancer(String name, String pool) {
    return "kind: LoadBalancer\nname: %s\ndomain: %s.example.test\nroutes: [{pool: %s}]\n"
        .formatted(name, name, pool);
  }

  private static String backend(String pool, String backend, int weight) {
    return "kind: Backend\npool: %s\nname: %s\naddress: \"127.0.0.1:9\"\nweight: %d\n"
        .formatted(pool, backend, weight);
  }

  @Override
  public void close() {
    threads.close();
  }
}
