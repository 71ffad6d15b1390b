package dev.ballast.controller;

import dev.ballast.configdb.DatabaseUnavailable;
import dev.ballast.configdb.OutcomeUnknown;
import dev.ballast.model.FleetKeys;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that every fleet has its keys, and new ones when their period has passed. All controllers do so; the database
 * lets one of them make each.
 */
final class FleetKeyKeeper implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(FleetKeyKeeper.class);
  private static final long PERIOD_SECONDS = 30;

  private final ConfigWriter writer;
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("controller-fleet-keys").daemon().factory());
  private volatile List<String> warnings = List.of();

  private FleetKeyKeeper(ConfigWriter writer) {
    this.writer = writer;
  }

  static FleetKeyKeeper start(ConfigWriter writer) {
    var keeper = new FleetKeyKeeper(writer);
    var _ = keeper.thread.scheduleWithFixedDelay(keeper::keep, 0, PERIOD_SECONDS, TimeUnit.SECONDS);
    return keeper;
  }

  /** What a person should know: whose keys can't be renewed here, and what to do. */
  List<String> warnings() {
    return warnings;
  }

  private void keep() {
    try {
      List<String> found = writer.keepFleetKeys().stream().map(FleetKeyKeeper::warning).toList();
      if (!found.equals(warnings)) {
        found.forEach(log::warn);
      }
      warnings = found;
    } catch (DatabaseUnavailable | OutcomeUnknown later) {
      log.debug("The keys of the fleets are looked at again later: {}", later.getMessage());
    } catch (RuntimeException mistake) {
      log.error("The keys of the fleets can't be kept", mistake);
    }
  }

  private static String warning(FleetKeys keys) {
    return "the keys of Fleet "
        + keys.name()
        + " are sealed under data key "
        + keys.hashSeed().dataKey()
        + ", not under this controller's, so they are not renewed: start it with that data key, or have new ones made with"
        + " \"ballast delete fleetkeys "
        + keys.name()
        + "\"";
  }

  @Override
  public void close() {
    thread.shutdownNow();
  }
}
