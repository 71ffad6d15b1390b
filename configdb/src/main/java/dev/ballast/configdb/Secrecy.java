package dev.ballast.configdb;

import dev.ballast.model.Documents;
import dev.ballast.model.Edit;
import dev.ballast.model.Fleet;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.Plan;
import dev.ballast.model.Resource;
import dev.ballast.model.Sealer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What keeps secrets out of the database in clear: private keys are sealed on their way in, and the keys of fleets are made
 * sealed. Without a data key neither can be.
 */
record Secrecy(Optional<Sealer> sealer, InstantSource clock) {
  static final String WHO = "ballast";
  private static final String NO_DATA_KEY =
      "this controller has no data key to seal it with: start every controller and LB server with --data-key-file (openssl"
          + " rand -base64 32 makes one)";

  Instant now() {
    return clock.instant();
  }

  /** @throws dev.ballast.model.InvalidInput when there is a private key, and no data key to seal it with */
  Documents sealed(Documents documents) {
    if (sealer.isPresent()) {
      return documents.sealed(sealer.get());
    }
    documents.refuseClearKeys(NO_DATA_KEY);
    return documents;
  }

  /** A plan with the keys of the fleets that it makes. */
  Plan withFleetKeys(Connection connection, Plan plan) throws SQLException {
    if (plan.upserts().stream().noneMatch(Fleet.class::isInstance)) {
      return plan;
    }
    var upserts = new ArrayList<>(plan.upserts());
    upserts.addAll(due(connection, plan.upserts()));
    return new Plan(upserts, plan.deletes(), plan.edits(), plan.warnings());
  }

  /** The keys to be made now: of fleets without, and those whose period has passed. */
  Plan dueFleetKeys(Connection connection) throws SQLException {
    List<Resource> due = due(connection, new Rows(connection).resources(Table.FLEET));
    var edits =
        due.stream().map(keys -> new Edit(keys.key(), Edit.Action.CHANGED, List.of())).toList();
    return new Plan(due, List.of(), edits, List.of());
  }

  private List<Resource> due(Connection connection, List<Resource> resources) throws SQLException {
    var due = new ArrayList<Resource>();
    if (sealer.isPresent()) {
      Map<String, FleetKeys> stored = stored(connection);
      for (Resource resource : resources) {
        if (resource instanceof Fleet fleet) {
          FleetKeys before = stored.get(fleet.name());
          FleetKeys keys =
              before == null
                  ? FleetKeys.make(fleet.name(), sealer.get(), now())
                  : isOwn(before) ? before.rotated(sealer.get(), now()) : before;
          if (!keys.equals(before)) {
            due.add(keys);
          }
        }
      }
    }
    return due;
  }

  /** Those sealed under another data key. */
  List<FleetKeys> foreignKeys(Connection connection) throws SQLException {
    return sealer.isEmpty()
        ? List.of()
        : stored(connection).values().stream().filter(keys -> !isOwn(keys)).toList();
  }

  private boolean isOwn(FleetKeys keys) {
    return sealer.orElseThrow().dataKey().id().equals(keys.hashSeed().dataKey());
  }

  private static Map<String, FleetKeys> stored(Connection connection) throws SQLException {
    var stored = new HashMap<String, FleetKeys>();
    for (Resource resource : new Rows(connection).resources(Table.FLEET_KEYS)) {
      stored.put(resource.name(), (FleetKeys) resource);
    }
    return stored;
  }
}
