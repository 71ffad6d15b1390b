package dev.ballast.sync;

import dev.ballast.model.AdminState;
import dev.ballast.model.Backend;
import dev.ballast.model.BackendAddress;
import dev.ballast.model.Change;
import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.LoadBalancer;
import dev.ballast.model.Resource;
import dev.ballast.model.Revision;
import dev.ballast.model.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** A controller's view with its history: what a test server serves from. Owned by one thread at a time. */
final class World {
  static final String EPOCH = "00000001";

  private final List<Change> history = new ArrayList<>();
  private Snapshot now;

  World(String epoch) {
    now = Snapshot.of(new Revision(epoch, 1), List.of(item(loadBalancer(), 1)));
  }

  static World empty(String epoch) {
    var world = new World(epoch);
    world.now = Snapshot.of(new Revision(epoch, 1), List.of());
    return world;
  }

  Snapshot now() {
    return now;
  }

  /** The changes after the revision, or none at all when it is not one of ours. */
  List<Change> since(Revision from) {
    return history.stream().filter(change -> change.revision().n() > from.n()).toList();
  }

  Change change(RandomGenerator random) {
    long n = now.revision().n() + 1;
    var changed = item(backend(random.nextInt(20), random.nextInt(100)), n);
    var deletes =
        random.nextInt(4) == 0
            ? now.items().keySet().stream()
                .filter(key -> !key.equals(changed.key()) && key.name().startsWith("web/"))
                .limit(1)
                .toList()
            : List.<ItemKey>of();
    var change =
        new Change(
            new Revision(now.revision().epoch(), n), now.revision(), List.of(changed), deletes);
    now = now.apply(change);
    history.add(change);
    return change;
  }

  private static Item item(Resource resource, long n) {
    return new Item(resource, n);
  }

  private static LoadBalancer loadBalancer() {
    return new LoadBalancer(
        "web", "default", "web.test", List.of("web.test"), List.of(), List.of());
  }

  private static Backend backend(int number, int weight) {
    return new Backend(
        "web", "b" + number, new BackendAddress("127.0.0.1", 80), weight, "", AdminState.ENABLED);
  }
}
