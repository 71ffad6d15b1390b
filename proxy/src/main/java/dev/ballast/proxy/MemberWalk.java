package dev.ballast.proxy;

import dev.ballast.model.Item;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.Snapshot;
import java.util.Iterator;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * Walks the backends of a snapshot together with their statuses and overrides. All three are sorted by the same names, so one
 * step of each in turn joins them: no look-up per backend. The pools must be asked for in the order of their names.
 */
final class MemberWalk {
  /** No name sorts before it. */
  private static final String FIRST_NAME = "0";

  private final Cursor backends;
  private final Cursor statuses;
  private final Cursor overrides;

  MemberWalk(Snapshot snapshot) {
    this.backends = new Cursor(snapshot, Kind.BACKEND);
    this.statuses = new Cursor(snapshot, Kind.BACKEND_STATUS);
    this.overrides = new Cursor(snapshot, Kind.BACKEND_OVERRIDE);
  }

  /** What is known of one backend. */
  record Found(Item backend, @Nullable Item status, @Nullable Item override) {}

  /** The next backend of the pool, or null after its last one. */
  @Nullable Found next(String pool) {
    String name = backends.name();
    while (name != null && !isOf(pool, name) && name.compareTo(pool + "/") < 0) {
      backends.advance();
      name = backends.name();
    }
    if (name == null || !isOf(pool, name)) {
      return null;
    }
    Item backend = backends.take();
    return new Found(backend, statuses.at(name), overrides.at(name));
  }

  private static boolean isOf(String pool, String name) {
    return name.length() > pool.length()
        && name.charAt(pool.length()) == '/'
        && name.startsWith(pool);
  }

  /** The items from the first of the kind on. */
  static SortedMap<ItemKey, Item> from(Snapshot snapshot, Kind kind) {
    return snapshot.items().tailMap(new ItemKey(kind, FIRST_NAME));
  }

  private static final class Cursor {
    private final Kind kind;
    private final Iterator<Map.Entry<ItemKey, Item>> rest;
    private Map.@Nullable Entry<ItemKey, Item> current;

    Cursor(Snapshot snapshot, Kind kind) {
      this.kind = kind;
      this.rest = from(snapshot, kind).entrySet().iterator();
      advance();
    }

    void advance() {
      current = rest.hasNext() ? rest.next() : null;
      if (current != null && current.getKey().kind() != kind) {
        current = null;
      }
    }

    @Nullable String name() {
      return current == null ? null : current.getKey().name();
    }

    Item take() {
      if (current == null) {
        throw new IllegalStateException("the walk is over");
      }
      Item taken = current.getValue();
      advance();
      return taken;
    }

    /** The item of that name, if there is one; those before it belong to nothing. */
    @Nullable Item at(String wanted) {
      String name = name();
      int order = name == null ? 1 : name.compareTo(wanted);
      while (order < 0) {
        advance();
        name = name();
        order = name == null ? 1 : name.compareTo(wanted);
      }
      return order == 0 ? take() : null;
    }
  }
}
