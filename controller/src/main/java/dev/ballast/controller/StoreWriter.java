package dev.ballast.controller;

import dev.ballast.configdb.Applied;
import dev.ballast.configdb.ConfigDatabase;
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

/** Writes to a real database. */
record StoreWriter(ConfigDatabase database) implements ConfigWriter {
  @Override
  public Applied apply(Documents documents, ApplyOptions options, String who) {
    return database.store().apply(documents, options, who);
  }

  @Override
  public Applied put(ItemKey key, Documents documents, Optional<Long> ifMatch, String who) {
    return database.store().put(key, documents, ifMatch, who);
  }

  @Override
  public Applied delete(ItemKey key, Optional<Long> ifMatch, String who) {
    return database.store().delete(key, ifMatch, who);
  }

  @Override
  public Applied override(AdminOverride override) {
    return database.store().override(override);
  }

  @Override
  public Applied clearOverride(ItemKey target, String who) {
    return database.store().clearOverride(target, who);
  }

  @Override
  public Applied register(LbServer server) {
    return database.store().register(server);
  }

  @Override
  public Applied unregister(String name, String instance) {
    return database.store().unregister(name, instance);
  }

  @Override
  public List<FleetKeys> keepFleetKeys() {
    return database.store().keepFleetKeys();
  }

  @Override
  public List<HistoryEntry> history(int limit, long before) {
    return database.store().history(limit, before);
  }

  @Override
  public List<Finding> findings() {
    return database.preflight();
  }

  @Override
  public StoreCounters counters() {
    return database.store().counters();
  }
}
