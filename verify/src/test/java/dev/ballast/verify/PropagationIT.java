package dev.ballast.verify;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ballast.model.Revision;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * How long a change takes from its commit to the traffic. It ends when both LB servers have told a waiting {@code
 * /report?atLeast=} that the revision is in use, and begins, to be on the safe side of the commit,
 *
 * <ul>
 *   <li>when the transaction that commits it begins, as its history row says: this is what the limit is for;
 *   <li>before the apply request is sent: printed beside it.
 * </ul>
 *
 * All of it by one machine's clock.
 */
class PropagationIT {
  private static final int WARM_UP = 50;
  private static final int CHANGES = 200;
  private static final double LIMIT_MILLIS = 50;

  private static final Deployment SYSTEM = Deployment.ofTwo("propagation");

  @AfterAll
  static void stop() {
    SYSTEM.close();
  }

  /** One change: when its request was sent and answered, and when it was in use on each LB server. */
  private record Sample(Instant sent, Instant answered, List<Instant> inUseOnEach) {
    Instant inUse() {
      return Collections.max(inUseOnEach);
    }
  }

  @Test
  void shouldHaveAChangeInUseEverywhereWithinFiftyMilliseconds() throws Exception {
    String address = SYSTEM.startBackend("b1");
    Revision revision = SYSTEM.applied(Web.of(Map.of("b1", address)));
    SYSTEM.lbs().forEach(LbProcess::awaitReady);
    var samples = new HashMap<Long, Sample>();
    for (int i = 0; i < WARM_UP + CHANGES; i++) {
      revision = revision.withN(revision.n() + 1);
      Sample sample = change(weight(address, 2 + i % 2), revision);
      if (i >= WARM_UP) {
        samples.put(revision.n(), sample);
      }
    }

    Map<Long, Instant> begun = transactionsBegun(CHANGES);
    var fromTransaction = new ArrayList<Double>();
    var fromRequest = new ArrayList<Double>();
    samples.forEach(
        (n, sample) -> {
          fromTransaction.add(millis(begun.get(n), sample.inUse()));
          fromRequest.add(millis(sample.sent(), sample.inUse()));
        });
    System.out.println(
        "slowest: "
            + Collections.max(
                samples.values(),
                Comparator.comparing(sample -> Duration.between(sample.sent(), sample.inUse()))));
    print("propagation_from_request", fromRequest);
    print("propagation_from_transaction", fromTransaction);
    assertThat(quantile(fromTransaction, 0.99)).as("p99 in ms").isLessThanOrEqualTo(LIMIT_MILLIS);
  }

  /** The requests that wait for it are on their way before the change is. */
  private static Sample change(String document, Revision expected) throws Exception {
    try (var waiting = Executors.newVirtualThreadPerTaskExecutor()) {
      var inUse =
          SYSTEM.lbs().stream().map(lb -> waiting.submit(() -> whenInUse(lb, expected))).toList();
      Instant sent = Instant.now();
      assertThat(SYSTEM.api().apply(document).revision()).isEqualTo(expected);
      Instant answered = Instant.now();
      var each = new ArrayList<Instant>();
      for (var one : inUse) {
        each.add(one.get());
      }
      return new Sample(sent, answered, each);
    }
  }

  private static Instant whenInUse(LbProcess lb, Revision expected) {
    assertThat(lb.isInUse(expected)).isTrue();
    return Instant.now();
  }

  private static Map<Long, Instant> transactionsBegun(int limit) {
    var begun = new HashMap<Long, Instant>();
    for (JsonNode entry :
        SYSTEM.api().get("/v1/history?limit=" + limit).orFail().json().path("items")) {
      begun.put(entry.path("revision").asLong(), Instant.parse(entry.path("at").asString()));
    }
    return begun;
  }

  private static String weight(String host, int weight) {
    return "kind: Backend\npool: web\nname: b1\naddress: \"%s:%d\"\nweight: %d\n"
        .formatted(host, Web.BACKEND_HTTP, weight);
  }

  private static double millis(Instant from, Instant until) {
    return Duration.between(from, until).toNanos() / 1e6;
  }

  private static void print(String name, List<Double> millis) {
    millis.sort(Double::compare);
    Figures.print(name + "_changes", millis.size());
    Figures.print(name + "_min_ms", millis.getFirst());
    Figures.print(name + "_p50_ms", quantile(millis, 0.50));
    Figures.print(name + "_p90_ms", quantile(millis, 0.90));
    Figures.print(name + "_p99_ms", quantile(millis, 0.99));
    Figures.print(name + "_max_ms", millis.getLast());
  }

  /** The smallest value that at least this share of all doesn't exceed. */
  private static double quantile(List<Double> sorted, double share) {
    return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
  }
}
