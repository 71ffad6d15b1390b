package dev.ballast.configdb;

import dev.ballast.configdb.ConfigStore.Fence;
import dev.ballast.model.BackendStatus;
import dev.ballast.model.Edit;
import dev.ballast.model.ItemKey;
import dev.ballast.model.Kind;
import dev.ballast.model.LbServer;
import dev.ballast.model.LbServerStatus;
import dev.ballast.model.Plan;
import dev.ballast.model.Resource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides which observations are written: with one question for all fences, and one for each kind of what they are about and of
 * what is written already, however many there are. Owned by the one transaction that it decides.
 */
final class Observing {
  static final int LIMIT = 50_000;

  private static final Comparator<Fence> BY_LOCK =
      Comparator.comparing(Fence::lock).thenComparingLong(Fence::token);

  private int stale;
  private int gone;

  /** How many observations were skipped since their fence did not hold. */
  int stale() {
    return stale;
  }

  /** How many were skipped since what they are about is gone. */
  int gone() {
    return gone;
  }

  /** What to write of observations whose fences hold; these go on holding until the transaction ends. */
  Plan fenced(Connection connection, List<Observation> observations) throws SQLException {
    Set<Fence> holding =
        holding(connection, observations.stream().map(Observation::fence).distinct().toList());
    var statuses = new ArrayList<Resource>();
    for (Observation observation : observations) {
      if (holding.contains(observation.fence())) {
        statuses.add(observation.status());
      } else {
        stale++;
      }
    }
    return unfenced(connection, statuses);
  }

  private static Set<Fence> holding(Connection connection, List<Fence> fences) throws SQLException {
    var holding = new HashSet<Fence>();
    if (fences.isEmpty()) {
      return holding;
    }
    List<Fence> sorted = fences.stream().sorted(BY_LOCK).toList();
    try (var statement =
        connection.prepareStatement(
            "SELECT place, ballast_locks.holds(lock, token, true)"
                + " FROM unnest(?::text[], ?::bigint[]) WITH ORDINALITY AS fences (lock, token, place)")) {
      statement.setArray(
          1, connection.createArrayOf("text", sorted.stream().map(Fence::lock).toArray()));
      statement.setArray(
          2, connection.createArrayOf("bigint", sorted.stream().map(Fence::token).toArray()));
      try (var rows = statement.executeQuery()) {
        while (rows.next()) {
          if (rows.getBoolean(2)) {
            holding.add(sorted.get(rows.getInt(1) - 1));
          }
        }
      }
    }
    return holding;
  }

  /** What to write of statuses by whoever is alone. */
  Plan unfenced(Connection connection, List<? extends Resource> statuses) throws SQLException {
    var rows = new Rows(connection);
    Set<ItemKey> backends = rows.keys(Table.BACKEND, subjects(statuses, Kind.BACKEND));
    Map<ItemKey, Resource> servers =
        byKey(rows.resources(Table.LB_SERVER, subjects(statuses, Kind.LB_SERVER)));
    var meant = new LinkedHashMap<ItemKey, Resource>();
    for (Resource status : statuses) {
      if (isThere(status, backends, servers)) {
        meant.put(status.key(), status);
      } else {
        gone++;
      }
    }
    return changes(List.copyOf(meant.values()), stored(rows, meant.values()));
  }

  private static List<ItemKey> subjects(List<? extends Resource> statuses, Kind kind) {
    return statuses.stream()
        .map(Observing::subject)
        .filter(key -> key.kind() == kind)
        .distinct()
        .toList();
  }

  private static ItemKey subject(Resource status) {
    return status.key().as(status instanceof BackendStatus ? Kind.BACKEND : Kind.LB_SERVER);
  }

  private static boolean isThere(
      Resource status, Set<ItemKey> backends, Map<ItemKey, Resource> servers) {
    return status instanceof LbServerStatus ofServer
        ? servers.get(subject(status)) instanceof LbServer server
            && server.instance().equals(ofServer.instance())
        : backends.contains(subject(status));
  }

  private static Map<ItemKey, Boolean> stored(Rows rows, Collection<Resource> statuses)
      throws SQLException {
    var stored = new HashMap<ItemKey, Boolean>();
    for (Table table : List.of(Table.BACKEND_STATUS, Table.LB_SERVER_STATUS)) {
      var ofTable = statuses.stream().filter(status -> status.kind() == table.kind()).toList();
      stored.putAll(ofTable.isEmpty() ? Map.of() : rows.stored(table, ofTable));
    }
    return stored;
  }

  private static Map<ItemKey, Resource> byKey(List<Resource> resources) {
    var byKey = new HashMap<ItemKey, Resource>();
    resources.forEach(resource -> byKey.put(resource.key(), resource));
    return byKey;
  }

  /** @param stored whether what is stored is the same; without an entry nothing is */
  private static Plan changes(List<Resource> meant, Map<ItemKey, Boolean> stored) {
    var upserts = new ArrayList<Resource>();
    var edits = new ArrayList<Edit>();
    for (Resource status : meant) {
      Boolean isSame = stored.get(status.key());
      if (isSame == null || !isSame) {
        upserts.add(status);
        var action = isSame == null ? Edit.Action.CREATED : Edit.Action.CHANGED;
        edits.add(new Edit(status.key(), action, List.of()));
      }
    }
    return new Plan(upserts, List.of(), edits, List.of());
  }
}
