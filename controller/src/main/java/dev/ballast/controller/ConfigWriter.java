package dev.ballast.controller;

import dev.ballast.configdb.Applied;
import dev.ballast.configdb.Finding;
import dev.ballast.configdb.HistoryEntry;
import dev.ballast.configdb.StoreCounters;
import dev.ballast.model.AdminOverride;
import dev.ballast.model.ApplyOptions;
import dev.ballast.model.Documents;
import dev.ballast.model.FleetKeys;
import dev.ballast.model.ItemKey;
import dev.ballast.model.LbServer;
import java.util.List;
import java.util.Optional;

/**
 * What the controller asks of the configuration database. The methods and what they throw are those of configdb's store; a
 * write answers after its commit.
 */
public interface ConfigWriter {
  Applied apply(Documents documents, ApplyOptions options, String who);

  Applied put(ItemKey key, Documents documents, Optional<Long> ifMatch, String who);

  Applied delete(ItemKey key, Optional<Long> ifMatch, String who);

  Applied override(AdminOverride override);

  Applied clearOverride(ItemKey target, String who);

  Applied register(LbServer server);

  Applied unregister(String name, String instance);

  /** Makes what fleets lack of keys, and renews them; answers those that nobody here can renew. */
  List<FleetKeys> keepFleetKeys();

  /** The latest revisions before {@code before}, newest first. */
  List<HistoryEntry> history(int limit, long before);

  /** What the change feed needs from the database, each with its remedy. */
  List<Finding> findings();

  StoreCounters counters();
}
