package dev.ballast.controller;

import dev.ballast.model.AdminOverride;
import dev.ballast.model.AdminState;
import dev.ballast.model.Algorithm;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.Listener;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Pool;
import dev.ballast.model.Protocol;
import dev.ballast.model.Resource;
import dev.ballast.model.Route;
import dev.ballast.model.RouteMatch;
import dev.ballast.model.Timeouts;
import dev.ballast.model.Verdict;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** Transactions drawn at random over a small world, so that they often meet: pools that move between load balancers, … */
final class RandomWrites {
  private static final List<String> POOLS = List.of("p0", "p1", "p2", "p3");
  private static final List<String> FLEETS = List.of("default", "east");
  private final Random random;

  RandomWrites(long seed) {
    random = new Random(seed);
  }

  /** Writes one transaction of up to four rows, some of which may delete. */
  void commit(FakeDatabase database) {
    Set<ItemKey> present = database.state().items().keySet();
    Map<ItemKey, Resource> upserts = new LinkedHashMap<>();
    List<ItemKey> deletes = new ArrayList<>();
    int rows = random.nextInt(5);
    for (int row = 0; row < rows; row++) {
      var deletable = present.stream().filter(key -> key.kind() != Kind.FLEET).toList();
      if (random.nextInt(4) == 0 && !deletable.isEmpty()) {
        ItemKey gone = deletable.get(random.nextInt(deletable.size()));
        if (!deletes.contains(gone)) {
          deletes.add(gone);
        }
      } else {
        Resource resource = resource();
        upserts.put(resource.key(), resource);
      }
    }
    deletes.removeIf(upserts::containsKey);
    database.commit(List.copyOf(upserts.values()), deletes);
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  private String one(List<String> of) {
    return of.get(random.nextInt(of.size()));
  }

  private Resource resource() {
    return switch (random.nextInt(7)) {
      case 0 -> loadBalancer();
      case 1 -> pool(one(POOLS), random.nextInt(101));
      case 2, 3 -> backend(one(POOLS), "b" + random.nextInt(4), random.nextInt(10));
      case 4 -> status();
      case 5 -> override();
      default -> lbServer();
    };
  }

  private LoadBalancer loadBalancer() {
    String name = "lb" + random.nextInt(3);
    var listener = new Listener("http", 8080, Protocol.HTTP, Optional.empty());
    var routes = List.of(new Route(RouteMatch.ALL, one(POOLS)));
    return new LoadBalancer(
        name, one(FLEETS), name + ".test", List.of(name + ".test"), List.of(listener), routes);
  }

  static Pool pool(String name, int panicThreshold) {
    return new Pool(
        name, new Algorithm.RoundRobin(), Optional.empty(), Timeouts.defaults(), panicThreshold);
  }

  static Backend backend(String pool, String id, int weight) {
    return new Backend(
        pool, id, new BackendAddress("10.0.0.1", 8080), weight, "", AdminState.ENABLED);
  }

  private BackendStatus status() {
    return new BackendStatus(
        one(POOLS),
        "b" + random.nextInt(4),
        List.of(Verdict.UNKNOWN, Verdict.HEALTHY, Verdict.UNHEALTHY).get(random.nextInt(3)),
        "",
        random.nextInt(8),
        Instant.EPOCH);
  }

  private AdminOverride override() {
    ItemKey target =
        random.nextBoolean()
            ? ItemKey.backend(one(POOLS), "b" + random.nextInt(4))
            : new ItemKey(Kind.LB_SERVER, "s" + random.nextInt(3));
    return new AdminOverride(
        target, AdminState.DRAINING, "test", "", Instant.EPOCH, Optional.empty());
  }

  private LbServer lbServer() {
    String name = "s" + random.nextInt(3);
    return new LbServer(
        name,
        one(FLEETS),
        "i" + random.nextInt(5),
        "10.0.0.9",
        "http://10.0.0.9:7071",
        "1",
        Instant.EPOCH);
  }
}
